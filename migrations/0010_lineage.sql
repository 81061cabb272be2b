-- Lineage: which masks, checkpoints, volumes and exports were made from which.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create view lineage_edge as
    -- a mask from the version before it
    select 'mask' as kind, m.id, 'mask' as source_kind, m.parent_id as source_id, 'parent' as via from mask m where m.parent_id is not null
    union all
    -- a mask of a round, label or withheld, from the checkpoint that predicted it
    select 'mask', l.mask_id, 'checkpoint', l.checkpoint_id, 'predicted by' from predicted_mask l
    union all
    -- and from the confidence that chose the accepted voxels
    select 'mask', l.mask_id, 'checkpoint', k.id, 'ranked by'
    from predicted_mask l join checkpoint k on k.round_id = l.round_id and k.kind = 'confidence'
        and k.removal is distinct from 'damaged'
    union all
    -- an annotation's mask from the file that it was read from
    select 'mask', a.mask_id, 'label file', a.label_file_id, 'read from' from annotation a
    where a.mask_id is not null and a.label_file_id is not null
    union all
    -- and from further files, where it was read from several
    select 'mask', f.mask_id, 'label file', f.label_file_id, 'read from' from mask_file f
    union all
    select 'mask', s.mask_id, 'label file', s.label_file_id, 'read from' from shipped_label s where s.label_file_id is not null
    union all
    select 'mask', m.id, 'volume', m.volume_id, 'of' from mask m
    union all
    select 'volume', s.volume_id, 'image file', s.id, 'read from' from source s
    union all
    -- a checkpoint from the annotations of the part that it was fitted to: the network's is not the confidence's
    select 'checkpoint', c.id, 'mask', a.mask_id, 'trained on'
    from checkpoint c join round r on r.id = c.round_id
    join run_input i on i.run_id = r.run_id and i.part = c.part
    join annotation a on a.id = i.annotation_id
    where a.mask_id is not null
    union all
    -- an absence has no mask: the checkpoint learned from the file that records it
    select 'checkpoint', c.id, 'label file', a.label_file_id, 'trained on'
    from checkpoint c join round r on r.id = c.round_id
    join run_input i on i.run_id = r.run_id and i.part = c.part
    join annotation a on a.id = i.annotation_id
    where a.mask_id is null and a.label_file_id is not null
    union all
    -- and from the volume, which was read although the absence has no mask
    select distinct 'checkpoint', c.id, 'volume', i.volume_id, 'trained on'
    from checkpoint c join round r on r.id = c.round_id
    join run_input i on i.run_id = r.run_id and i.part = c.part
    join annotation a on a.id = i.annotation_id
    where a.mask_id is null
    union all
    -- a network from the pseudo labels that the run showed once the round before it was published: labels of that round, or of an
    -- earlier one for organs that it withheld
    select 'checkpoint', c.id, 'mask', l.mask_id, 'trained on'
    from checkpoint c join round r on r.id = c.round_id
    join round p on p.run_id = r.run_id and p.number = r.number - 1 and p.published_change_id is not null
    cross join lateral (
        select shown_round(p.id, o.organ_id) as round_id, array_agg(o.organ_id) as organs
        from run_organ o where o.run_id = p.run_id group by 1) w
    join pseudo_label l on l.round_id = w.round_id and l.organ_id = any (w.organs)
    join round s on s.id = l.round_id and s.run_id = p.run_id
    where c.kind = 'network'
    union all
    -- a network from the last one of the round before
    select 'checkpoint', c.id, 'checkpoint', k.id, 'continued from'
    from checkpoint c join round r on r.id = c.round_id
    join round p on p.run_id = r.run_id and p.number = r.number - 1
    join checkpoint k on k.round_id = p.id and k.kind = 'network' and k.removal is distinct from 'damaged'
        and k.step = (select max(step) from checkpoint where round_id = p.id and kind = 'network')
    where c.kind = 'network'
    union all
    -- a confidence from the network whose features it reads and whose errors it learned
    select 'checkpoint', c.id, 'checkpoint', k.id, 'fitted to'
    from checkpoint c join checkpoint k on k.round_id = c.round_id and k.kind = 'network'
        and k.removal is distinct from 'damaged' and k.step = (select max(step) from checkpoint where round_id = c.round_id and kind = 'network')
    where c.kind = 'confidence'
    union all
    -- a consensus, or a side, from the masks that it was computed from
    select 'mask', i.mask_id, 'mask', i.input_id, 'computed from' from mask_input i
    union all
    select 'export', e.activity_id, 'mask', e.mask_id, 'exported' from export_mask e;
comment on view lineage_edge is 'One row for each derivation: (kind, id) was derived from (source_kind, source_id), in the way that via names.';

grant select on lineage_edge to lacuna_manager;
