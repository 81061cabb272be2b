// Written by Scripts/generate-ontology from ontology/*.csv; change those files and run it again.
enum OntologyData {
    static let organs = #"""
        position,key,name,category,type,modifier,laterality,lesion_of
        1,liver,Liver,123037004,10200004,,none,
        2,spleen,Spleen,123037004,78961009,,none,
        3,kidney_right,Right kidney,123037004,64033007,24028007,right,
        4,kidney_left,Left kidney,123037004,64033007,7771000,left,
        5,stomach,Stomach,123037004,69695003,,none,
        6,gallbladder,Gallbladder,123037004,28231008,,none,
        7,pancreas,Pancreas,123037004,15776009,,none,
        8,esophagus,Oesophagus,123037004,32849002,,none,
        9,aorta,Aorta,123037004,15825003,,none,
        10,inferior_vena_cava,Inferior vena cava,123037004,64131007,,none,
        11,portal_vein_and_splenic_vein,Portal vein and splenic vein,123037004,110765007,,none,
        12,adrenal_gland_right,Right adrenal gland,123037004,23451007,24028007,right,
        13,adrenal_gland_left,Left adrenal gland,123037004,23451007,7771000,left,
        14,lung_upper_lobe_left,Left lung upper lobe,123037004,45653009,7771000,left,
        15,lung_lower_lobe_left,Left lung lower lobe,123037004,90572001,7771000,left,
        16,lung_upper_lobe_right,Right lung upper lobe,123037004,45653009,24028007,right,
        17,lung_middle_lobe_right,Right lung middle lobe,123037004,72481006,,right,
        18,lung_lower_lobe_right,Right lung lower lobe,123037004,90572001,24028007,right,
        19,trachea,Trachea,123037004,44567001,,none,
        20,thyroid_gland,Thyroid gland,123037004,69748006,,none,
        21,small_bowel,Small bowel,123037004,30315005,,none,
        22,duodenum,Duodenum,123037004,38848004,,none,
        23,colon,Colon,123037004,71854001,,none,
        24,urinary_bladder,Urinary bladder,123037004,89837001,,none,
        25,prostate,Prostate,123037004,41216001,,none,
        26,kidney_cyst_left,Left kidney cyst,49755003,367643001,,left,kidney_left
        27,kidney_cyst_right,Right kidney cyst,49755003,367643001,,right,kidney_right
        28,sacrum,Sacrum,123037004,54735007,,none,
        29,vertebrae_S1,Vertebra S1,123037004,65985001,,none,
        30,vertebrae_L5,Vertebra L5,123037004,49668003,,none,
        31,vertebrae_L4,Vertebra L4,123037004,11994002,,none,
        32,vertebrae_L3,Vertebra L3,123037004,36470004,,none,
        33,vertebrae_L2,Vertebra L2,123037004,14293000,,none,
        34,vertebrae_L1,Vertebra L1,123037004,66794005,,none,
        35,vertebrae_T12,Vertebra T12,123037004,23215003,,none,
        36,vertebrae_T11,Vertebra T11,123037004,12989004,,none,
        37,vertebrae_T10,Vertebra T10,123037004,7610001,,none,
        38,vertebrae_T9,Vertebra T9,123037004,82687006,,none,
        39,vertebrae_T8,Vertebra T8,123037004,11068009,,none,
        40,vertebrae_T7,Vertebra T7,123037004,62487009,,none,
        41,vertebrae_T6,Vertebra T6,123037004,45296009,,none,
        42,vertebrae_T5,Vertebra T5,123037004,56401006,,none,
        43,vertebrae_T4,Vertebra T4,123037004,73071006,,none,
        44,vertebrae_T3,Vertebra T3,123037004,1626008,,none,
        45,vertebrae_T2,Vertebra T2,123037004,53733008,,none,
        46,vertebrae_T1,Vertebra T1,123037004,64864005,,none,
        47,vertebrae_C7,Vertebra C7,123037004,87391001,,none,
        48,vertebrae_C6,Vertebra C6,123037004,36054005,,none,
        49,vertebrae_C5,Vertebra C5,123037004,36978003,,none,
        50,vertebrae_C4,Vertebra C4,123037004,5329002,,none,
        51,vertebrae_C3,Vertebra C3,123037004,113205007,,none,
        52,vertebrae_C2,Vertebra C2,123037004,39976000,,none,
        53,vertebrae_C1,Vertebra C1,123037004,14806007,,none,
        54,heart,Heart,123037004,80891009,,none,
        55,pulmonary_vein,Pulmonary vein,123037004,122972007,,none,
        56,brachiocephalic_trunk,Brachiocephalic trunk,123037004,12691009,,none,
        57,subclavian_artery_right,Right subclavian artery,123037004,29700009,24028007,right,
        58,subclavian_artery_left,Left subclavian artery,123037004,29700009,7771000,left,
        59,common_carotid_artery_right,Right common carotid artery,123037004,32062004,24028007,right,
        60,common_carotid_artery_left,Left common carotid artery,123037004,32062004,7771000,left,
        61,brachiocephalic_vein_left,Left brachiocephalic vein,123037004,8887007,7771000,left,
        62,brachiocephalic_vein_right,Right brachiocephalic vein,123037004,8887007,24028007,right,
        63,atrial_appendage_left,Left atrial appendage,123037004,68786006,7771000,left,
        64,superior_vena_cava,Superior vena cava,123037004,48345005,,none,
        65,iliac_artery_left,Left common iliac artery,123037004,73634005,7771000,left,
        66,iliac_artery_right,Right common iliac artery,123037004,73634005,24028007,right,
        67,iliac_vena_left,Left common iliac vein,123037004,46027005,7771000,left,
        68,iliac_vena_right,Right common iliac vein,123037004,46027005,24028007,right,
        69,humerus_left,Left humerus,123037004,85050009,7771000,left,
        70,humerus_right,Right humerus,123037004,85050009,24028007,right,
        71,scapula_left,Left scapula,123037004,79601000,7771000,left,
        72,scapula_right,Right scapula,123037004,79601000,24028007,right,
        73,clavicula_left,Left clavicle,123037004,51299004,7771000,left,
        74,clavicula_right,Right clavicle,123037004,51299004,24028007,right,
        75,femur_left,Left femur,123037004,71341001,7771000,left,
        76,femur_right,Right femur,123037004,71341001,24028007,right,
        77,hip_left,Left hip bone,123037004,29836001,7771000,left,
        78,hip_right,Right hip bone,123037004,29836001,24028007,right,
        79,spinal_cord,Spinal cord,123037004,2748008,,none,
        80,gluteus_maximus_left,Left gluteus maximus,123037004,181674001,7771000,left,
        81,gluteus_maximus_right,Right gluteus maximus,123037004,181674001,24028007,right,
        82,gluteus_medius_left,Left gluteus medius,123037004,78333006,7771000,left,
        83,gluteus_medius_right,Right gluteus medius,123037004,78333006,24028007,right,
        84,gluteus_minimus_left,Left gluteus minimus,123037004,75297007,7771000,left,
        85,gluteus_minimus_right,Right gluteus minimus,123037004,75297007,24028007,right,
        86,autochthon_left,Left deep muscle of the back,123037004,244849004,7771000,left,
        87,autochthon_right,Right deep muscle of the back,123037004,244849004,24028007,right,
        88,iliopsoas_left,Left iliopsoas,123037004,68455001,7771000,left,
        89,iliopsoas_right,Right iliopsoas,123037004,68455001,24028007,right,
        90,brain,Brain,123037004,12738006,,none,
        91,skull,Skull,123037004,89546000,,none,
        92,rib_left_1,Left rib 1,123037004,48535007,7771000,left,
        93,rib_left_2,Left rib 2,123037004,78247007,7771000,left,
        94,rib_left_3,Left rib 3,123037004,25888004,7771000,left,
        95,rib_left_4,Left rib 4,123037004,25523003,7771000,left,
        96,rib_left_5,Left rib 5,123037004,15339008,7771000,left,
        97,rib_left_6,Left rib 6,123037004,59558009,7771000,left,
        98,rib_left_7,Left rib 7,123037004,24915002,7771000,left,
        99,rib_left_8,Left rib 8,123037004,5953002,7771000,left,
        100,rib_left_9,Left rib 9,123037004,22565002,7771000,left,
        101,rib_left_10,Left rib 10,123037004,77644006,7771000,left,
        102,rib_left_11,Left rib 11,123037004,58830002,7771000,left,
        103,rib_left_12,Left rib 12,123037004,43993008,7771000,left,
        104,rib_right_1,Right rib 1,123037004,48535007,24028007,right,
        105,rib_right_2,Right rib 2,123037004,78247007,24028007,right,
        106,rib_right_3,Right rib 3,123037004,25888004,24028007,right,
        107,rib_right_4,Right rib 4,123037004,25523003,24028007,right,
        108,rib_right_5,Right rib 5,123037004,15339008,24028007,right,
        109,rib_right_6,Right rib 6,123037004,59558009,24028007,right,
        110,rib_right_7,Right rib 7,123037004,24915002,24028007,right,
        111,rib_right_8,Right rib 8,123037004,5953002,24028007,right,
        112,rib_right_9,Right rib 9,123037004,22565002,24028007,right,
        113,rib_right_10,Right rib 10,123037004,77644006,24028007,right,
        114,rib_right_11,Right rib 11,123037004,58830002,24028007,right,
        115,rib_right_12,Right rib 12,123037004,43993008,24028007,right,
        116,sternum,Sternum,123037004,56873002,,none,
        117,costal_cartilages,Costal cartilages,123037004,50016007,,none,
        118,kidney,Kidneys,123037004,64033007,,none,
        119,adrenal_gland,Adrenal glands,123037004,23451007,,none,
        120,lung,Lungs,123037004,39607008,,none,
        121,lung_left,Left lung,123037004,39607008,7771000,left,
        122,lung_right,Right lung,123037004,39607008,24028007,right,
        123,hip,Hip bones,123037004,29836001,,none,
        124,femur,Femurs,123037004,71341001,,none,
        125,humerus,Humeri,123037004,85050009,,none,
        126,scapula,Scapulae,123037004,79601000,,none,
        127,clavicula,Clavicles,123037004,51299004,,none,
        128,vertebrae,Vertebrae,123037004,51282000,,none,
        129,vertebrae_cervical,Cervical vertebrae,123037004,51282000,,none,
        130,vertebrae_thoracic,Thoracic vertebrae,123037004,51282000,,none,
        131,vertebrae_lumbar,Lumbar vertebrae,123037004,51282000,,none,
        132,rib,Ribs,123037004,113197003,,none,
        133,rib_left,Left ribs,123037004,113197003,7771000,left,
        134,rib_right,Right ribs,123037004,113197003,24028007,right,
        135,iliac_artery,Common iliac arteries,123037004,73634005,,none,
        136,iliac_vena,Common iliac veins,123037004,46027005,,none,
        137,gluteus_maximus,Gluteus maximus (both),123037004,181674001,,none,
        138,gluteus_medius,Gluteus medius (both),123037004,78333006,,none,
        139,gluteus_minimus,Gluteus minimus (both),123037004,75297007,,none,
        140,autochthon,Deep muscles of the back,123037004,244849004,,none,
        141,iliopsoas,Iliopsoas muscles,123037004,68455001,,none,
        142,common_carotid_artery,Common carotid arteries,123037004,32062004,,none,
        143,subclavian_artery,Subclavian arteries,123037004,29700009,,none,
        144,brachiocephalic_vein,Brachiocephalic veins,123037004,8887007,,none,
        145,liver_tumour,Liver tumour,49755003,108369006,,none,liver
        146,pancreas_tumour,Pancreas tumour,49755003,108369006,,none,pancreas
        147,kidney_tumour,Kidney tumour,49755003,108369006,,none,kidney
        148,kidney_cyst,Kidney cysts,49755003,367643001,,none,kidney
        149,colon_tumour,Colon tumour,49755003,108369006,,none,colon
        150,tumour,Tumour of an unstated organ,49755003,108369006,,none,
        151,uterus,Uterus,123037004,35039007,,none,
        152,prostate_or_uterus,Prostate or uterus,123037004,,,none,
        153,intervertebral_discs,Intervertebral discs,123037004,,,none,
        154,celiac_trunk,Coeliac trunk,123037004,,,none,
        155,hepatic_vessel,Hepatic vessels,123037004,59820001,,none,
        156,rectum,Rectum,123037004,,,none,
        157,femoral_head_left,Left femoral head,123037004,,7771000,left,
        158,femoral_head_right,Right femoral head,123037004,,24028007,right,
        159,bone,Bone,85756007,272673000,,none,
        160,heart_myocardium,Heart myocardium,123037004,74281007,,none,
        161,heart_atrium_left,Left heart atrium,123037004,82471001,,left,
        162,heart_ventricle_left,Left heart ventricle,123037004,87878005,,left,
        163,heart_atrium_right,Right heart atrium,123037004,73829009,,right,
        164,heart_ventricle_right,Right heart ventricle,123037004,53085002,,right,
        165,pulmonary_artery,Pulmonary artery,123037004,81040000,,none,
        166,face,Face,123037004,89545001,,none,
        167,lung_tumour,Lung tumour,49755003,108369006,,none,lung
        """#
    static let relations = #"""
        part,whole,kind
        kidney_left,kidney,division
        kidney_right,kidney,division
        adrenal_gland_left,adrenal_gland,division
        adrenal_gland_right,adrenal_gland,division
        lung_left,lung,division
        lung_right,lung,division
        hip_left,hip,division
        hip_right,hip,division
        femur_left,femur,division
        femur_right,femur,division
        humerus_left,humerus,division
        humerus_right,humerus,division
        scapula_left,scapula,division
        scapula_right,scapula,division
        clavicula_left,clavicula,division
        clavicula_right,clavicula,division
        rib_left,rib,division
        rib_right,rib,division
        iliac_artery_left,iliac_artery,division
        iliac_artery_right,iliac_artery,division
        iliac_vena_left,iliac_vena,division
        iliac_vena_right,iliac_vena,division
        gluteus_maximus_left,gluteus_maximus,division
        gluteus_maximus_right,gluteus_maximus,division
        gluteus_medius_left,gluteus_medius,division
        gluteus_medius_right,gluteus_medius,division
        gluteus_minimus_left,gluteus_minimus,division
        gluteus_minimus_right,gluteus_minimus,division
        autochthon_left,autochthon,division
        autochthon_right,autochthon,division
        iliopsoas_left,iliopsoas,division
        iliopsoas_right,iliopsoas,division
        common_carotid_artery_left,common_carotid_artery,division
        common_carotid_artery_right,common_carotid_artery,division
        subclavian_artery_left,subclavian_artery,division
        subclavian_artery_right,subclavian_artery,division
        brachiocephalic_vein_left,brachiocephalic_vein,division
        brachiocephalic_vein_right,brachiocephalic_vein,division
        kidney_cyst_left,kidney_cyst,division
        kidney_cyst_right,kidney_cyst,division
        lung_upper_lobe_left,lung_left,division
        lung_lower_lobe_left,lung_left,division
        lung_upper_lobe_right,lung_right,division
        lung_middle_lobe_right,lung_right,division
        lung_lower_lobe_right,lung_right,division
        rib_left_1,rib_left,division
        rib_left_2,rib_left,division
        rib_left_3,rib_left,division
        rib_left_4,rib_left,division
        rib_left_5,rib_left,division
        rib_left_6,rib_left,division
        rib_left_7,rib_left,division
        rib_left_8,rib_left,division
        rib_left_9,rib_left,division
        rib_left_10,rib_left,division
        rib_left_11,rib_left,division
        rib_left_12,rib_left,division
        rib_right_1,rib_right,division
        rib_right_2,rib_right,division
        rib_right_3,rib_right,division
        rib_right_4,rib_right,division
        rib_right_5,rib_right,division
        rib_right_6,rib_right,division
        rib_right_7,rib_right,division
        rib_right_8,rib_right,division
        rib_right_9,rib_right,division
        rib_right_10,rib_right,division
        rib_right_11,rib_right,division
        rib_right_12,rib_right,division
        vertebrae_cervical,vertebrae,division
        vertebrae_thoracic,vertebrae,division
        vertebrae_lumbar,vertebrae,division
        vertebrae_C1,vertebrae_cervical,division
        vertebrae_C2,vertebrae_cervical,division
        vertebrae_C3,vertebrae_cervical,division
        vertebrae_C4,vertebrae_cervical,division
        vertebrae_C5,vertebrae_cervical,division
        vertebrae_C6,vertebrae_cervical,division
        vertebrae_C7,vertebrae_cervical,division
        vertebrae_T1,vertebrae_thoracic,division
        vertebrae_T2,vertebrae_thoracic,division
        vertebrae_T3,vertebrae_thoracic,division
        vertebrae_T4,vertebrae_thoracic,division
        vertebrae_T5,vertebrae_thoracic,division
        vertebrae_T6,vertebrae_thoracic,division
        vertebrae_T7,vertebrae_thoracic,division
        vertebrae_T8,vertebrae_thoracic,division
        vertebrae_T9,vertebrae_thoracic,division
        vertebrae_T10,vertebrae_thoracic,division
        vertebrae_T11,vertebrae_thoracic,division
        vertebrae_T12,vertebrae_thoracic,division
        vertebrae_L1,vertebrae_lumbar,division
        vertebrae_L2,vertebrae_lumbar,division
        vertebrae_L3,vertebrae_lumbar,division
        vertebrae_L4,vertebrae_lumbar,division
        vertebrae_L5,vertebrae_lumbar,division
        prostate,prostate_or_uterus,division
        uterus,prostate_or_uterus,division
        liver_tumour,liver,within
        hepatic_vessel,liver,within
        pancreas_tumour,pancreas,within
        kidney_tumour,kidney,within
        kidney_cyst,kidney,within
        kidney_cyst_left,kidney_left,within
        kidney_cyst_right,kidney_right,within
        colon_tumour,colon,within
        lung_tumour,lung,within
        femoral_head_left,femur_left,within
        femoral_head_right,femur_right,within
        heart_myocardium,heart,within
        heart_atrium_left,heart,within
        heart_ventricle_left,heart,within
        heart_atrium_right,heart,within
        heart_ventricle_right,heart,within
        sacrum,bone,within
        vertebrae,bone,within
        vertebrae_S1,bone,within
        rib,bone,within
        hip,bone,within
        femur,bone,within
        humerus,bone,within
        scapula,bone,within
        clavicula,bone,within
        sternum,bone,within
        skull,bone,within
        atrial_appendage_left,heart,overlaps
        atrial_appendage_left,heart_atrium_left,overlaps
        vertebrae_S1,sacrum,overlaps
        vertebrae_S1,vertebrae,overlaps
        rectum,colon,overlaps
        hepatic_vessel,portal_vein_and_splenic_vein,overlaps
        hepatic_vessel,inferior_vena_cava,overlaps
        celiac_trunk,aorta,overlaps
        face,skull,overlaps
        face,brain,overlaps
        face,bone,overlaps
        """#
    static let synonyms = #"""
        synonym,key
        right kidney,kidney_right
        left kidney,kidney_left
        right adrenal gland,adrenal_gland_right
        left adrenal gland,adrenal_gland_left
        left lung upper lobe,lung_upper_lobe_left
        left lung lower lobe,lung_lower_lobe_left
        right lung upper lobe,lung_upper_lobe_right
        right lung middle lobe,lung_middle_lobe_right
        right lung lower lobe,lung_lower_lobe_right
        left kidney cyst,kidney_cyst_left
        right kidney cyst,kidney_cyst_right
        right subclavian artery,subclavian_artery_right
        left subclavian artery,subclavian_artery_left
        right common carotid artery,common_carotid_artery_right
        left common carotid artery,common_carotid_artery_left
        left brachiocephalic vein,brachiocephalic_vein_left
        right brachiocephalic vein,brachiocephalic_vein_right
        left iliac artery,iliac_artery_left
        right iliac artery,iliac_artery_right
        left iliac vena,iliac_vena_left
        right iliac vena,iliac_vena_right
        left humerus,humerus_left
        right humerus,humerus_right
        left scapula,scapula_left
        right scapula,scapula_right
        left clavicula,clavicula_left
        right clavicula,clavicula_right
        left femur,femur_left
        right femur,femur_right
        left hip,hip_left
        right hip,hip_right
        left gluteus maximus,gluteus_maximus_left
        right gluteus maximus,gluteus_maximus_right
        left gluteus medius,gluteus_medius_left
        right gluteus medius,gluteus_medius_right
        left gluteus minimus,gluteus_minimus_left
        right gluteus minimus,gluteus_minimus_right
        left autochthon,autochthon_left
        right autochthon,autochthon_right
        left iliopsoas,iliopsoas_left
        right iliopsoas,iliopsoas_right
        left lung,lung_left
        right lung,lung_right
        left femoral head,femoral_head_left
        right femoral head,femoral_head_right
        oesophagus,esophagus
        oesophagous,esophagus
        gullet,esophagus
        gall bladder,gallbladder
        gallblader,gallbladder
        galbladder,gallbladder
        vesica biliaris,gallbladder
        arota,aorta
        postcava,inferior_vena_cava
        post cava,inferior_vena_cava
        ivc,inferior_vena_cava
        vena cava inferior,inferior_vena_cava
        portal and splenic vein,portal_vein_and_splenic_vein
        portal vein splenic vein,portal_vein_and_splenic_vein
        portal splenic vein,portal_vein_and_splenic_vein
        right adrenal,adrenal_gland_right
        right suprarenal gland,adrenal_gland_right
        adrenalR,adrenal_gland_right
        left adrenal,adrenal_gland_left
        left suprarenal gland,adrenal_gland_left
        adrenalL,adrenal_gland_left
        kidneyR,kidney_right
        kidney R,kidney_right
        rkid,kidney_right
        kidneyL,kidney_left
        kidney L,kidney_left
        lkid,kidney_left
        kidneys,kidney
        kidney (both),kidney
        kidneys (both),kidney
        both kidneys,kidney
        adrenal,adrenal_gland
        adrenals,adrenal_gland
        adrenal glands,adrenal_gland
        suprarenal gland,adrenal_gland
        lungs,lung
        lungs (both),lung
        both lungs,lung
        hepar,liver
        lien,spleen
        pancrease,pancreas
        gaster,stomach
        duodenun,duodenum
        intestine,small_bowel
        small intestine,small_bowel
        large intestine,colon
        large bowel,colon
        bladder,urinary_bladder
        prostate/uterus,prostate_or_uterus
        rectal,rectum
        Head_of_femur_L,femoral_head_left
        left head of femur,femoral_head_left
        Head_of_femur_R,femoral_head_right
        right head of femur,femoral_head_right
        ribs,rib
        vertebra,vertebrae
        bones,bone
        liver_vessels,hepatic_vessel
        hepatic vessels,hepatic_vessel
        coeliac trunk,celiac_trunk
        celiac artery,celiac_trunk
        liver_tumor,liver_tumour
        hepatic tumour,liver_tumour
        hepatic tumor,liver_tumour
        liver cancer,liver_tumour
        pancreas_tumor,pancreas_tumour
        pancreatic tumour,pancreas_tumour
        pancreatic tumor,pancreas_tumour
        pancreas cancer,pancreas_tumour
        kidney_tumor,kidney_tumour
        renal tumour,kidney_tumour
        renal tumor,kidney_tumour
        renal cyst,kidney_cyst
        kidney cysts,kidney_cyst
        colon_tumor,colon_tumour
        colon cancer,colon_tumour
        colon cancer primaries,colon_tumour
        lung_tumor,lung_tumour
        lung cancer,lung_tumour
        pulmonary tumour,lung_tumour
        tumor,tumour
        thyroid,thyroid_gland
        clavicle,clavicula
        cranium,skull
        intervertebral disc,intervertebral_discs
        iliac vein,iliac_vena
        left clavicle,clavicula_left
        right clavicle,clavicula_right
        """#
    static let labelMaps: [(release: String, table: String)] = [
        (
            "abdomenatlas-1.0",
            #"""
            value,name,organs
            1,aorta,aorta
            2,gall_bladder,gallbladder
            3,kidney_left,kidney_left
            4,kidney_right,kidney_right
            5,liver,liver
            6,pancreas,pancreas
            7,postcava,inferior_vena_cava
            8,spleen,spleen
            9,stomach,stomach
            """#
        ),
        (
            "abdomenatlas-1.1",
            #"""
            value,name,organs
            1,aorta,aorta
            2,gall_bladder,gallbladder
            3,kidney_left,kidney_left
            4,kidney_right,kidney_right
            5,liver,liver
            6,pancreas,pancreas
            7,postcava,inferior_vena_cava
            8,spleen,spleen
            9,stomach,stomach
            10,adrenal_gland_left,adrenal_gland_left
            11,adrenal_gland_right,adrenal_gland_right
            12,bladder,urinary_bladder
            13,celiac_trunk,celiac_trunk
            14,colon,colon
            15,duodenum,duodenum
            16,esophagus,esophagus
            17,femur_left,femur_left
            18,femur_right,femur_right
            19,hepatic_vessel,hepatic_vessel
            20,intestine,small_bowel
            21,lung_left,lung_left
            22,lung_right,lung_right
            23,portal_vein_and_splenic_vein,portal_vein_and_splenic_vein
            24,prostate,prostate
            25,rectum,rectum
            """#
        ),
        (
            "abdomenct-1k",
            #"""
            value,name,organs
            1,liver,liver
            2,kidney (both),kidney
            3,spleen,spleen
            4,pancreas,pancreas
            """#
        ),
        (
            "amos22",
            #"""
            value,name,organs
            1,spleen,spleen
            2,right kidney,kidney_right
            3,left kidney,kidney_left
            4,gall bladder,gallbladder
            5,esophagus,esophagus
            6,liver,liver
            7,stomach,stomach
            8,arota,aorta
            9,postcava,inferior_vena_cava
            10,pancreas,pancreas
            11,right adrenal gland,adrenal_gland_right
            12,left adrenal gland,adrenal_gland_left
            13,duodenum,duodenum
            14,bladder,urinary_bladder
            15,prostate/uterus,prostate_or_uterus
            """#
        ),
        (
            "btcv",
            #"""
            value,name,organs
            1,spleen,spleen
            2,right kidney,kidney_right
            3,left kidney,kidney_left
            4,gallbladder,gallbladder
            5,esophagus,esophagus
            6,liver,liver
            7,stomach,stomach
            8,aorta,aorta
            9,inferior vena cava,inferior_vena_cava
            10,portal vein and splenic vein,portal_vein_and_splenic_vein
            11,pancreas,pancreas
            12,right adrenal gland,adrenal_gland_right
            13,left adrenal gland,adrenal_gland_left
            """#
        ),
        (
            "chaos-ct",
            #"""
            value,name,organs
            1,liver,liver
            255,liver,liver
            """#
        ),
        (
            "ct-org",
            #"""
            value,name,organs
            1,liver,liver
            2,bladder,urinary_bladder
            3,lungs (both),lung
            4,kidneys (both),kidney
            5,bone,bone
            6,brain,brain
            """#
        ),
        (
            "evalseg-task003",
            #"""
            value,name,organs
            1,spleen,spleen
            2,pancreas,pancreas
            3,left kidney,kidney_left
            4,gallbladder,gallbladder
            5,esophagus,esophagus
            6,liver,liver
            7,stomach,stomach
            8,duodenum,duodenum
            """#
        ),
        (
            "flare21",
            #"""
            value,name,organs
            1,liver,liver
            2,kidney (both),kidney
            3,spleen,spleen
            4,pancreas,pancreas
            """#
        ),
        (
            "flare22",
            #"""
            value,name,organs
            1,liver,liver
            2,right kidney,kidney_right
            3,spleen,spleen
            4,pancreas,pancreas
            5,aorta,aorta
            6,inferior vena cava,inferior_vena_cava
            7,right adrenal gland,adrenal_gland_right
            8,left adrenal gland,adrenal_gland_left
            9,gallbladder,gallbladder
            10,esophagus,esophagus
            11,stomach,stomach
            12,duodenum,duodenum
            13,left kidney,kidney_left
            """#
        ),
        (
            "flare23",
            #"""
            value,name,organs
            1,liver,liver
            2,right kidney,kidney_right
            3,spleen,spleen
            4,pancreas,pancreas
            5,aorta,aorta
            6,inferior vena cava,inferior_vena_cava
            7,right adrenal gland,adrenal_gland_right
            8,left adrenal gland,adrenal_gland_left
            9,gallbladder,gallbladder
            10,esophagus,esophagus
            11,stomach,stomach
            12,duodenum,duodenum
            13,left kidney,kidney_left
            14,tumor,tumour
            """#
        ),
        (
            "gibson-btcv",
            #"""
            value,name,organs
            1,spleen,spleen
            2,right kidney,kidney_right
            3,left kidney,kidney_left
            4,gallbladder,gallbladder
            5,esophagus,esophagus
            6,liver,liver
            7,stomach,stomach
            8,aorta,aorta
            9,inferior vena cava,inferior_vena_cava
            10,portal vein and splenic vein,portal_vein_and_splenic_vein
            11,pancreas,pancreas
            12,right adrenal gland,adrenal_gland_right
            13,left adrenal gland,adrenal_gland_left
            14,duodenum,duodenum
            """#
        ),
        (
            "gibson-tcia",
            #"""
            value,name,organs
            1,spleen,spleen
            3,left kidney,kidney_left
            4,gallbladder,gallbladder
            5,esophagus,esophagus
            6,liver,liver
            7,stomach,stomach
            11,pancreas,pancreas
            14,duodenum,duodenum
            """#
        ),
        (
            "kits19",
            #"""
            value,name,organs
            1,kidney (both sides; includes cysts),kidney
            2,tumor,kidney_tumour kidney
            """#
        ),
        (
            "kits21",
            #"""
            value,name,organs
            1,kidney (both sides),kidney
            2,tumor,kidney_tumour kidney
            3,cyst,kidney_cyst kidney
            """#
        ),
        (
            "kits23",
            #"""
            value,name,organs
            1,kidney (both sides),kidney
            2,tumor,kidney_tumour kidney
            3,cyst,kidney_cyst kidney
            """#
        ),
        (
            "lits17",
            #"""
            value,name,organs
            1,liver,liver
            2,tumour,liver_tumour liver
            """#
        ),
        (
            "msd-task03-liver",
            #"""
            value,name,organs
            1,liver,liver
            2,cancer,liver_tumour liver
            """#
        ),
        (
            "msd-task06-lung",
            #"""
            value,name,organs
            1,cancer,lung_tumour
            """#
        ),
        (
            "msd-task07-pancreas",
            #"""
            value,name,organs
            1,pancreas,pancreas
            2,cancer,pancreas_tumour pancreas
            """#
        ),
        (
            "msd-task08-hepaticvessel",
            #"""
            value,name,organs
            1,Vessel,hepatic_vessel
            2,Tumour,liver_tumour
            """#
        ),
        (
            "msd-task09-spleen",
            #"""
            value,name,organs
            1,spleen,spleen
            """#
        ),
        (
            "msd-task10-colon",
            #"""
            value,name,organs
            1,colon cancer primaries,colon_tumour
            """#
        ),
        (
            "tcia-pancreas-ct",
            #"""
            value,name,organs
            1,pancreas,pancreas
            """#
        ),
        (
            "torso-label",
            #"""
            value,name,organs
            1,spleen,spleen
            2,kidneyR,kidney_right
            3,kidneyL,kidney_left
            4,gallbladder,gallbladder
            5,esophagus,esophagus
            6,liver,liver
            7,stomach,stomach
            8,aorta,aorta
            9,inferior vena cava,inferior_vena_cava
            10,pancreas,pancreas
            11,bladder,urinary_bladder
            """#
        ),
        (
            "totalsegmentator-mr",
            #"""
            value,name,organs
            1,spleen,spleen
            2,kidney_right,kidney_right
            3,kidney_left,kidney_left
            4,gallbladder,gallbladder
            5,liver,liver
            6,stomach,stomach
            7,pancreas,pancreas
            8,adrenal_gland_right,adrenal_gland_right
            9,adrenal_gland_left,adrenal_gland_left
            10,lung_left,lung_left
            11,lung_right,lung_right
            12,esophagus,esophagus
            13,small_bowel,small_bowel
            14,duodenum,duodenum
            15,colon,colon
            16,urinary_bladder,urinary_bladder
            17,prostate,prostate
            18,sacrum,sacrum
            19,vertebrae,vertebrae
            20,intervertebral_discs,intervertebral_discs
            21,spinal_cord,spinal_cord
            22,heart,heart
            23,aorta,aorta
            24,inferior_vena_cava,inferior_vena_cava
            25,portal_vein_and_splenic_vein,portal_vein_and_splenic_vein
            26,iliac_artery_left,iliac_artery_left
            27,iliac_artery_right,iliac_artery_right
            28,iliac_vena_left,iliac_vena_left
            29,iliac_vena_right,iliac_vena_right
            30,humerus_left,humerus_left
            31,humerus_right,humerus_right
            32,scapula_left,scapula_left
            33,scapula_right,scapula_right
            34,clavicula_left,clavicula_left
            35,clavicula_right,clavicula_right
            36,femur_left,femur_left
            37,femur_right,femur_right
            38,hip_left,hip_left
            39,hip_right,hip_right
            40,gluteus_maximus_left,gluteus_maximus_left
            41,gluteus_maximus_right,gluteus_maximus_right
            42,gluteus_medius_left,gluteus_medius_left
            43,gluteus_medius_right,gluteus_medius_right
            44,gluteus_minimus_left,gluteus_minimus_left
            45,gluteus_minimus_right,gluteus_minimus_right
            46,autochthon_left,autochthon_left
            47,autochthon_right,autochthon_right
            48,iliopsoas_left,iliopsoas_left
            49,iliopsoas_right,iliopsoas_right
            50,brain,brain
            """#
        ),
        (
            "totalsegmentator-v1",
            #"""
            value,name,organs
            1,spleen,spleen
            2,kidney_right,kidney_right
            3,kidney_left,kidney_left
            4,gallbladder,gallbladder
            5,liver,liver
            6,stomach,stomach
            7,aorta,aorta
            8,inferior_vena_cava,inferior_vena_cava
            9,portal_vein_and_splenic_vein,portal_vein_and_splenic_vein
            10,pancreas,pancreas
            11,adrenal_gland_right,adrenal_gland_right
            12,adrenal_gland_left,adrenal_gland_left
            13,lung_upper_lobe_left,lung_upper_lobe_left
            14,lung_lower_lobe_left,lung_lower_lobe_left
            15,lung_upper_lobe_right,lung_upper_lobe_right
            16,lung_middle_lobe_right,lung_middle_lobe_right
            17,lung_lower_lobe_right,lung_lower_lobe_right
            18,vertebrae_L5,vertebrae_L5
            19,vertebrae_L4,vertebrae_L4
            20,vertebrae_L3,vertebrae_L3
            21,vertebrae_L2,vertebrae_L2
            22,vertebrae_L1,vertebrae_L1
            23,vertebrae_T12,vertebrae_T12
            24,vertebrae_T11,vertebrae_T11
            25,vertebrae_T10,vertebrae_T10
            26,vertebrae_T9,vertebrae_T9
            27,vertebrae_T8,vertebrae_T8
            28,vertebrae_T7,vertebrae_T7
            29,vertebrae_T6,vertebrae_T6
            30,vertebrae_T5,vertebrae_T5
            31,vertebrae_T4,vertebrae_T4
            32,vertebrae_T3,vertebrae_T3
            33,vertebrae_T2,vertebrae_T2
            34,vertebrae_T1,vertebrae_T1
            35,vertebrae_C7,vertebrae_C7
            36,vertebrae_C6,vertebrae_C6
            37,vertebrae_C5,vertebrae_C5
            38,vertebrae_C4,vertebrae_C4
            39,vertebrae_C3,vertebrae_C3
            40,vertebrae_C2,vertebrae_C2
            41,vertebrae_C1,vertebrae_C1
            42,esophagus,esophagus
            43,trachea,trachea
            44,heart_myocardium,heart_myocardium
            45,heart_atrium_left,heart_atrium_left
            46,heart_ventricle_left,heart_ventricle_left
            47,heart_atrium_right,heart_atrium_right
            48,heart_ventricle_right,heart_ventricle_right
            49,pulmonary_artery,pulmonary_artery
            50,brain,brain
            51,iliac_artery_left,iliac_artery_left
            52,iliac_artery_right,iliac_artery_right
            53,iliac_vena_left,iliac_vena_left
            54,iliac_vena_right,iliac_vena_right
            55,small_bowel,small_bowel
            56,duodenum,duodenum
            57,colon,colon
            58,rib_left_1,rib_left_1
            59,rib_left_2,rib_left_2
            60,rib_left_3,rib_left_3
            61,rib_left_4,rib_left_4
            62,rib_left_5,rib_left_5
            63,rib_left_6,rib_left_6
            64,rib_left_7,rib_left_7
            65,rib_left_8,rib_left_8
            66,rib_left_9,rib_left_9
            67,rib_left_10,rib_left_10
            68,rib_left_11,rib_left_11
            69,rib_left_12,rib_left_12
            70,rib_right_1,rib_right_1
            71,rib_right_2,rib_right_2
            72,rib_right_3,rib_right_3
            73,rib_right_4,rib_right_4
            74,rib_right_5,rib_right_5
            75,rib_right_6,rib_right_6
            76,rib_right_7,rib_right_7
            77,rib_right_8,rib_right_8
            78,rib_right_9,rib_right_9
            79,rib_right_10,rib_right_10
            80,rib_right_11,rib_right_11
            81,rib_right_12,rib_right_12
            82,humerus_left,humerus_left
            83,humerus_right,humerus_right
            84,scapula_left,scapula_left
            85,scapula_right,scapula_right
            86,clavicula_left,clavicula_left
            87,clavicula_right,clavicula_right
            88,femur_left,femur_left
            89,femur_right,femur_right
            90,hip_left,hip_left
            91,hip_right,hip_right
            92,sacrum,sacrum
            93,face,face
            94,gluteus_maximus_left,gluteus_maximus_left
            95,gluteus_maximus_right,gluteus_maximus_right
            96,gluteus_medius_left,gluteus_medius_left
            97,gluteus_medius_right,gluteus_medius_right
            98,gluteus_minimus_left,gluteus_minimus_left
            99,gluteus_minimus_right,gluteus_minimus_right
            100,autochthon_left,autochthon_left
            101,autochthon_right,autochthon_right
            102,iliopsoas_left,iliopsoas_left
            103,iliopsoas_right,iliopsoas_right
            104,urinary_bladder,urinary_bladder
            """#
        ),
        (
            "totalsegmentator-v2",
            #"""
            value,name,organs
            1,spleen,spleen
            2,kidney_right,kidney_right
            3,kidney_left,kidney_left
            4,gallbladder,gallbladder
            5,liver,liver
            6,stomach,stomach
            7,pancreas,pancreas
            8,adrenal_gland_right,adrenal_gland_right
            9,adrenal_gland_left,adrenal_gland_left
            10,lung_upper_lobe_left,lung_upper_lobe_left
            11,lung_lower_lobe_left,lung_lower_lobe_left
            12,lung_upper_lobe_right,lung_upper_lobe_right
            13,lung_middle_lobe_right,lung_middle_lobe_right
            14,lung_lower_lobe_right,lung_lower_lobe_right
            15,esophagus,esophagus
            16,trachea,trachea
            17,thyroid_gland,thyroid_gland
            18,small_bowel,small_bowel
            19,duodenum,duodenum
            20,colon,colon
            21,urinary_bladder,urinary_bladder
            22,prostate,prostate
            23,kidney_cyst_left,kidney_cyst_left
            24,kidney_cyst_right,kidney_cyst_right
            25,sacrum,sacrum
            26,vertebrae_S1,vertebrae_S1
            27,vertebrae_L5,vertebrae_L5
            28,vertebrae_L4,vertebrae_L4
            29,vertebrae_L3,vertebrae_L3
            30,vertebrae_L2,vertebrae_L2
            31,vertebrae_L1,vertebrae_L1
            32,vertebrae_T12,vertebrae_T12
            33,vertebrae_T11,vertebrae_T11
            34,vertebrae_T10,vertebrae_T10
            35,vertebrae_T9,vertebrae_T9
            36,vertebrae_T8,vertebrae_T8
            37,vertebrae_T7,vertebrae_T7
            38,vertebrae_T6,vertebrae_T6
            39,vertebrae_T5,vertebrae_T5
            40,vertebrae_T4,vertebrae_T4
            41,vertebrae_T3,vertebrae_T3
            42,vertebrae_T2,vertebrae_T2
            43,vertebrae_T1,vertebrae_T1
            44,vertebrae_C7,vertebrae_C7
            45,vertebrae_C6,vertebrae_C6
            46,vertebrae_C5,vertebrae_C5
            47,vertebrae_C4,vertebrae_C4
            48,vertebrae_C3,vertebrae_C3
            49,vertebrae_C2,vertebrae_C2
            50,vertebrae_C1,vertebrae_C1
            51,heart,heart
            52,aorta,aorta
            53,pulmonary_vein,pulmonary_vein
            54,brachiocephalic_trunk,brachiocephalic_trunk
            55,subclavian_artery_right,subclavian_artery_right
            56,subclavian_artery_left,subclavian_artery_left
            57,common_carotid_artery_right,common_carotid_artery_right
            58,common_carotid_artery_left,common_carotid_artery_left
            59,brachiocephalic_vein_left,brachiocephalic_vein_left
            60,brachiocephalic_vein_right,brachiocephalic_vein_right
            61,atrial_appendage_left,atrial_appendage_left
            62,superior_vena_cava,superior_vena_cava
            63,inferior_vena_cava,inferior_vena_cava
            64,portal_vein_and_splenic_vein,portal_vein_and_splenic_vein
            65,iliac_artery_left,iliac_artery_left
            66,iliac_artery_right,iliac_artery_right
            67,iliac_vena_left,iliac_vena_left
            68,iliac_vena_right,iliac_vena_right
            69,humerus_left,humerus_left
            70,humerus_right,humerus_right
            71,scapula_left,scapula_left
            72,scapula_right,scapula_right
            73,clavicula_left,clavicula_left
            74,clavicula_right,clavicula_right
            75,femur_left,femur_left
            76,femur_right,femur_right
            77,hip_left,hip_left
            78,hip_right,hip_right
            79,spinal_cord,spinal_cord
            80,gluteus_maximus_left,gluteus_maximus_left
            81,gluteus_maximus_right,gluteus_maximus_right
            82,gluteus_medius_left,gluteus_medius_left
            83,gluteus_medius_right,gluteus_medius_right
            84,gluteus_minimus_left,gluteus_minimus_left
            85,gluteus_minimus_right,gluteus_minimus_right
            86,autochthon_left,autochthon_left
            87,autochthon_right,autochthon_right
            88,iliopsoas_left,iliopsoas_left
            89,iliopsoas_right,iliopsoas_right
            90,brain,brain
            91,skull,skull
            92,rib_left_1,rib_left_1
            93,rib_left_2,rib_left_2
            94,rib_left_3,rib_left_3
            95,rib_left_4,rib_left_4
            96,rib_left_5,rib_left_5
            97,rib_left_6,rib_left_6
            98,rib_left_7,rib_left_7
            99,rib_left_8,rib_left_8
            100,rib_left_9,rib_left_9
            101,rib_left_10,rib_left_10
            102,rib_left_11,rib_left_11
            103,rib_left_12,rib_left_12
            104,rib_right_1,rib_right_1
            105,rib_right_2,rib_right_2
            106,rib_right_3,rib_right_3
            107,rib_right_4,rib_right_4
            108,rib_right_5,rib_right_5
            109,rib_right_6,rib_right_6
            110,rib_right_7,rib_right_7
            111,rib_right_8,rib_right_8
            112,rib_right_9,rib_right_9
            113,rib_right_10,rib_right_10
            114,rib_right_11,rib_right_11
            115,rib_right_12,rib_right_12
            116,sternum,sternum
            117,costal_cartilages,costal_cartilages
            """#
        ),
        (
            "word",
            #"""
            value,name,organs
            1,liver,liver
            2,spleen,spleen
            3,left_kidney,kidney_left
            4,right_kidney,kidney_right
            5,stomach,stomach
            6,gallbladder,gallbladder
            7,esophagus,esophagus
            8,pancreas,pancreas
            9,duodenum,duodenum
            10,colon,colon
            11,intestine,small_bowel
            12,adrenal,adrenal_gland
            13,rectum,rectum
            14,bladder,urinary_bladder
            15,Head_of_femur_L,femoral_head_left
            16,Head_of_femur_R,femoral_head_right
            """#
        ),
    ]
}
