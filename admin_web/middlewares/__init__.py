"""What every request passes, outermost first: request id, headers, errors, session, forgery.

* Request id comes first, so that whatever follows can name it.
* Headers come next, so that error pages carry them too.
* Errors turn refusals and accidents into pages; everything inside may simply raise.
* Session finds out who it is, since the forgery check is bound to the session.
* Forgery comes last before the view: no unsafe method reaches one without a token, whichever route it is.

`portal.py` puts them in this order.
"""
