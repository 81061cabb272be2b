import Domain
import Testing

@Suite struct LicenceTermsTests {
    /// The texts of the public datasets, as in their sources.
    @Test(arguments: [
        ("CC BY 4.0", LicenceTerms.Commerce.allowed, false, false),
        ("CC BY 3.0", .allowed, false, false),
        ("CC0 1.0", .allowed, false, false),
        ("CC BY-SA 4.0", .allowed, false, true),
        ("CC-BY-SA 4.0", .allowed, false, true),
        ("CC BY-NC-SA 4.0", .forbidden, false, true),
        ("CC BY-NC-ND 4.0", .forbidden, true, false),
        ("Creative Commons Attribution-NonCommercial-NoDerivatives 4.0", .forbidden, true, false),
        ("Creative Commons Attribution-Non Commercial-Share Alike", .forbidden, false, true),
        ("GNU General Public License v3.0", .allowed, false, true),
        ("GPL-3.0, research use only", .forbidden, false, true),
        ("Synapse terms of use, after registration", .unclear, false, false),
        ("not stated", .unclear, false, false),
        ("Handle with care", .unclear, false, false),
        ("", .unclear, false, false),
    ])
    func aLicenceIsReadFromItsName(
        _ text: String, _ commerce: LicenceTerms.Commerce, _ forbidsDerivatives: Bool, _ isShareAlike: Bool
    ) {
        #expect(
            LicenceTerms(text)
                == LicenceTerms(commerce: commerce, forbidsDerivatives: forbidsDerivatives, isShareAlike: isShareAlike))
    }
}

@Suite struct LicenceGateTests {
    private func release(_ dataset: String, _ texts: String...) -> LicensedRelease {
        LicensedRelease(
            dataset: dataset, release: "1", statements: texts.map { LicenceStatement(text: $0, source: "a page") })
    }

    private func kinds(
        _ purpose: ExportPurpose, _ release: LicensedRelease, accepting: String...
    ) -> [LicenceProblem.Kind] {
        LicenceGate(purpose: purpose, accepted: Set(accepting)).problems([release]).map(\.kind)
    }

    @Test func researchIsStoppedByNoDerivativesAndConflictsOnly() {
        #expect(kinds(.research, release("a", "CC BY-NC-SA 4.0")) == [])
        #expect(kinds(.research, release("a", "CC BY-NC-ND 4.0")) == [.noDerivatives])
        #expect(kinds(.research, release("a", "CC BY 4.0", "CC BY-SA 4.0")) == [.conflict, .conflict])
        #expect(kinds(.research, release("a", "Synapse terms of use")) == [])
        #expect(kinds(.research, release("a")) == [])
    }

    @Test func commercialUseMustBeAllowedExplicitly() {
        #expect(kinds(.commercial, release("a", "CC BY 4.0")) == [])
        #expect(kinds(.commercial, release("a", "CC BY-NC 4.0")) == [.nonCommercial])
        #expect(kinds(.commercial, release("a", "CC BY-NC-ND 4.0")) == [.noDerivatives, .nonCommercial])
        #expect(kinds(.commercial, release("a", "our own")) == [.unclear])
        #expect(kinds(.commercial, release("a")) == [.unclear])
    }

    @Test func equalTermsInOtherWordsAreNoConflict() {
        #expect(kinds(.research, release("a", "CC BY 3.0", "Creative Commons Attribution 4.0")) == [])
        #expect(kinds(.research, release("a", "CC BY-SA 4.0", "CC-BY-SA 4.0")) == [])
    }

    @Test func acceptanceIsByName() {
        let lits = release("LiTS", "CC BY-NC-ND 4.0", "CC BY-SA 4.0")
        #expect(kinds(.research, lits, accepting: "LiTS") == [])
        #expect(kinds(.research, lits, accepting: "lits", "other") == [.conflict, .conflict])
        let problem = LicenceGate(purpose: .research).problems([lits])[0]
        #expect(problem.dataset == "LiTS")
        #expect(problem.remedy.contains("--accept-licence 'LiTS'"))
    }

    /// `--dataset` does not omit masks that were derived from a dataset's masks.
    @Test func theRemedyDependsOnTheUse() {
        for (use, text) in [
            (LicensedUse.own, "omit it with --dataset"), (.madeInto(MaskID(12)), "lacuna lineage 12"),
            (.learned(run: "r"), "--include-pseudo"),
        ] {
            let release = LicensedRelease(
                dataset: "a", release: "1", statements: [LicenceStatement(text: "CC BY-NC 4.0", source: "a page")],
                use: use)
            let remedy = LicenceGate(purpose: .commercial).problems([release]).first?.remedy
            #expect(remedy?.contains(text) == true && remedy?.contains("--accept-licence 'a'") == true)
        }
    }

    @Test func shareAlikeSpreads() {
        let releases = [release("a", "CC BY 4.0"), release("b", "CC BY-SA 4.0"), release("c", "CC BY-SA 4.0")]
        #expect(LicenceGate.shareAlike(releases) == ["CC BY-SA 4.0"])
        #expect(LicenceGate.shareAlike([releases[0]]) == [])
    }
}
