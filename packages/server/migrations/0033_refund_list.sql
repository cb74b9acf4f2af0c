-- The refunds of a project are listed, newest first.
create index refund_by_project on farthing.refund (project_id, id);
