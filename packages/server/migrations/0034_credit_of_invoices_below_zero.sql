-- Before there was customer credit (0023), what an invoice came to below zero stayed on the receivable
-- account, where no later invoice could take it. It becomes the customer's credit, as it does since then:
-- one transfer for each such invoice, linked to the end of its customer's chain as the application links.
do $$
declare
  below farthing.invoice;
  head farthing.ledger_head;
begin
  for below in
    select * from farthing.invoice where total_minor < 0 and credit_applied_minor = 0
     order by customer_id, issued_at, id
  loop
    select * into strict head from farthing.ledger_head
     where customer_id = below.customer_id for update;
    head.sequence := head.sequence + 1;
    head.hash := sha256(head.hash || convert_to(concat_ws('|',
      below.customer_id, head.sequence, below.currency, 'receivable', 'customer_credit',
      -below.total_minor, 'invoice', below.id,
      to_char(below.issued_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), 'UTF8'));
    insert into farthing.ledger_transfer
           (customer_id, sequence, project_id, currency, debit_account, credit_account, amount_minor,
            source_type, source_id, occurred_at, hash)
    values (below.customer_id, head.sequence, below.project_id, below.currency, 'receivable',
            'customer_credit', -below.total_minor, 'invoice', below.id, below.issued_at, head.hash);
    update farthing.ledger_head set sequence = head.sequence, hash = head.hash
     where customer_id = below.customer_id;
    update farthing.invoice set credit_applied_minor = total_minor
     where customer_id = below.customer_id and id = below.id;
  end loop;
end $$;
