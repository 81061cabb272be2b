internal import Domain

extension LayoutRule {
    /// The public datasets of numbered files (docs/layouts.md).
    static let all: [LayoutRule] = [
        lits, kits, amos, flare22, flare23, abdomenCT1K, word, ctORG, gibson, pancreasCT, chaos,
    ]

    static let lits = LayoutRule(
        name: .lits,
        kinds: [
            Kind("**/volume-{case:#}.nii[.gz]", labels: ["**/segmentation-{case:#}.nii[.gz]"]),
            Kind("**/test-volume-{test:#}.nii[.gz]"),
        ],
        caseName: "volume-{case}", releases: ["lits17"])

    static let ctORG = LayoutRule(
        name: .ctorg,
        kinds: [Kind("**/volume-{case:#}.nii[.gz]", labels: ["**/labels-{case:#}.nii[.gz]"])],
        caseName: "volume-{case}", releases: ["ct-org"])

    static let kits = LayoutRule(
        name: .kits,
        kinds: [
            Kind(
                "**/case_{case:#}/imaging.nii[.gz]",
                labels: [
                    "**/case_{case:#}/aggregated_MAJ_seg.nii[.gz]", "**/case_{case:#}/segmentation.nii[.gz]",
                ])
        ],
        caseName: "case_{case}", releases: ["kits23", "kits21", "kits19"],
        overrides: [.totalsegmentator, .abdomenatlas], reading: KidneyFacts.init)

    static let amos = LayoutRule(
        name: .amos,
        kinds: [
            Kind("images{part}/amos_{case:#}.nii[.gz]", labels: ["labels{part}/amos_{case:#}.nii[.gz]"]),
            Kind("**/amos_{case:#}.nii[.gz]"),
        ],
        caseName: "amos_{case}", releases: ["amos22"], overrides: [.msd, .nnunet], reading: AMOSFacts.init)

    static let word = LayoutRule(
        name: .word,
        kinds: [Kind("images{part}/word_{case:#}.nii[.gz]", labels: ["labels{part}/word_{case:#}.nii[.gz]"])],
        caseName: "word_{case}", releases: ["word"], overrides: [.msd, .nnunet])

    static let flare22 = LayoutRule(
        name: .flare22,
        kinds: [
            Kind("**/FLARE22_Tr_{case:#}_0000.nii[.gz]", labels: ["**/FLARE22_Tr_{case:#}.nii[.gz]"]),
            Kind("**/FLARETs_{test:#}_0000.nii[.gz]"), Kind("**/Case_{unlabelled:#}_0000.nii[.gz]"),
        ],
        caseName: "FLARE22_Tr_{case}", releases: ["flare22"], scope: .present, overrides: [.msd, .nnunet],
        reading: UndeclaredScope.init)

    static let flare23 = LayoutRule(
        name: .flare23,
        kinds: [Kind("**/FLARE23_{case:#}_0000.nii[.gz]", labels: ["**/FLARE23_{case:#}.nii[.gz]"])],
        caseName: "FLARE23_{case}", releases: ["flare23"], scope: .present, unknown: [14],
        overrides: [.msd, .nnunet], reading: UndeclaredScope.init)

    static let abdomenCT1K = LayoutRule(
        name: .abdomenct1k,
        kinds: [Kind("**/Case_{case:#}_0000.nii[.gz]", labels: ["**/Case_{case:#}.nii[.gz]"])],
        caseName: "Case_{case}", releases: ["abdomenct-1k"], overrides: [.msd, .nnunet], labelsSuffice: false)

    static let pancreasCT = LayoutRule(
        name: .pancreasct,
        kinds: [
            Kind("**/PANCREAS_{case:#}.nii[.gz]", labels: ["**/label{case:#}.nii[.gz]"])
                .orSeries("**/PANCREAS_{case:#}")
        ],
        caseName: "PANCREAS_{case}", releases: ["tcia-pancreas-ct"], labelsSuffice: false)

    static let chaos = LayoutRule(
        name: .chaos, kinds: [.stacks("**/CT/{case:#}/DICOM_anon", labels: "**/CT/{case:#}/Ground")],
        caseName: "CT_{case}", releases: ["chaos-ct"], reading: ChaosFacts.init)

    static let gibson = LayoutRule(
        name: .gibson,
        kinds: [
            Kind(
                "**/img{btcv:#}.nii[.gz]", labels: ["label_btcv_multiorgan/label{btcv:#}.nii[.gz]"], map: "gibson-btcv"),
            Kind(
                "**/PANCREAS_{tcia:#}.nii[.gz]", labels: ["label_tcia_multiorgan/label{tcia:#}.nii[.gz]"],
                map: "gibson-tcia"
            ).orSeries("**/PANCREAS_{tcia:#}"),
        ],
        releases: ["gibson-btcv", "gibson-tcia"], overrides: [.pancreasct], reading: GibsonFacts.init)
}
