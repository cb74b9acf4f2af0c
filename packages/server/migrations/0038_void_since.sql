-- What is void is no charge any more, so that no limit of a later invoice counts it. An invoice that was
-- numbered before goes on counting it, however often its lines are computed again.
alter table farthing.invoice
  -- Where it is void: the first invoice number of its project that counts it no more.
  add column void_since_number bigint;
grant update (void_since_number) on farthing.invoice to farthing_app;

-- Until now what is void was counted by every invoice.
update farthing.invoice
   set void_since_number = taken.last_number + 1
  from farthing.invoice_number as taken
 where taken.project_id = invoice.project_id and invoice.status = 'void';
