public import Domain

/// The material of a phantom's voxel. Finer than organs: the stomach has a wall, contents and gas.
public enum PhantomStructure: UInt8, CaseIterable, Sendable {
    case air, table, skin, fat, muscle, visceralFat, rib, vertebra, spinalCord
    case lungLeft, lungRight, heart, aorta, inferiorVenaCava, portalVein, otherVessel
    case esophagus, stomachWall, stomachContent, stomachGas, duodenum
    case smallBowel, smallBowelGas, colonContent, colonGas
    case liver, hepaticVessel, liverTumour, liverCyst, spleen, pancreas, gallbladder
    case kidneyRight, kidneyRightPelvis, kidneyLeft, kidneyLeftPelvis, kidneyCystRight, kidneyCystLeft
    case adrenalRight, adrenalLeft

    /// The organs that the structure's voxels belong to, the most specific first; empty for a structure of no organ.
    public var organs: [OrganKey] {
        switch self {
        case .air, .table, .skin, .fat, .muscle, .visceralFat, .otherVessel: []
        case .rib: ["rib"]
        case .vertebra: ["vertebrae"]
        case .spinalCord: ["spinal_cord"]
        case .lungLeft: ["lung_lower_lobe_left"]
        case .lungRight: ["lung_lower_lobe_right"]
        case .heart: ["heart"]
        case .aorta: ["aorta"]
        case .inferiorVenaCava: ["inferior_vena_cava"]
        case .portalVein: ["portal_vein_and_splenic_vein"]
        case .esophagus: ["esophagus"]
        case .stomachWall, .stomachContent, .stomachGas: ["stomach"]
        case .duodenum: ["duodenum"]
        case .smallBowel, .smallBowelGas: ["small_bowel"]
        case .colonContent, .colonGas: ["colon"]
        case .liver, .hepaticVessel, .liverCyst: ["liver"]
        case .liverTumour: ["liver_tumour", "liver"]
        case .spleen: ["spleen"]
        case .pancreas: ["pancreas"]
        case .gallbladder: ["gallbladder"]
        case .kidneyRight, .kidneyRightPelvis: ["kidney_right"]
        case .kidneyLeft, .kidneyLeftPelvis: ["kidney_left"]
        case .kidneyCystRight: ["kidney_cyst_right"]
        case .kidneyCystLeft: ["kidney_cyst_left"]
        case .adrenalRight: ["adrenal_gland_right"]
        case .adrenalLeft: ["adrenal_gland_left"]
        }
    }

}

/// The contrast phase of a scan.
public enum PhantomPhase: String, CaseIterable, Sendable {
    case native, arterial, portalVenous
}

extension PhantomStructure {
    /// Mean attenuation in Hounsfield units in a phase: round values within the ranges of radiology textbooks, chosen
    /// so that organs overlap.
    func attenuation(_ phase: PhantomPhase) -> Double {
        let triple = phases
        return switch phase {
        case .native: triple.0
        case .arterial: triple.1
        case .portalVenous: triple.2
        }
    }

    private var phases: (Double, Double, Double) {
        switch self {
        case .air: (-1000, -1000, -1000)
        case .table: (-650, -650, -650)
        case .skin: (10, 15, 20)
        case .fat: (-105, -105, -103)
        case .visceralFat: (-98, -97, -94)
        case .muscle: (52, 58, 64)
        case .rib: (380, 385, 390)
        case .vertebra: (230, 235, 245)
        case .spinalCord: (30, 33, 36)
        case .lungLeft, .lungRight: (-830, -825, -820)
        case .heart: (40, 210, 135)
        case .aorta: (40, 310, 150)
        case .inferiorVenaCava: (40, 75, 130)
        case .portalVein: (42, 95, 155)
        case .otherVessel: (40, 150, 145)
        case .esophagus: (38, 55, 62)
        case .stomachWall: (42, 75, 82)
        case .stomachContent: (22, 24, 26)
        case .smallBowelGas, .colonGas, .stomachGas: (-880, -880, -880)
        case .duodenum: (38, 70, 78)
        case .smallBowel: (34, 66, 74)
        case .colonContent: (20, 28, 32)
        case .liver: (58, 72, 108)
        case .hepaticVessel: (42, 75, 142)
        case .liverTumour: (42, 88, 70)
        case .liverCyst: (8, 8, 10)
        case .spleen: (48, 112, 118)
        case .pancreas: (40, 98, 92)
        case .gallbladder: (12, 12, 13)
        case .kidneyRight, .kidneyLeft: (34, 165, 178)
        case .kidneyRightPelvis, .kidneyLeftPelvis: (8, 25, 60)
        case .kidneyCystRight, .kidneyCystLeft: (6, 7, 8)
        case .adrenalRight, .adrenalLeft: (28, 72, 78)
        }
    }
}
