"""From the outbox to the outside: messages are worded and sent, payouts are handed to their rail, failures come again.

What is guaranteed, and what is not:

* A row is worked on at least once; it ends as done or given up, and nothing else ends it.
* A payout's reference makes the rail's side idempotent, so it pays once however often it is sent.
* An SMS has no such key at the provider. Before it is sent its record is noted as `sending`; after, the provider's id
  is noted, then the row is done. A process killed in between leaves `sending`. The row comes back when its lease
  ends, and by then the delivery report has usually said that it was sent: then it is not sent again. Only a message
  that was begun, and about which nothing was heard for the whole lease, is sent a second time, because one that was
  promised must arrive.
* One process never has two messages to one number under way, so such a report can be meant for one message only.
"""
