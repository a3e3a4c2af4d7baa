"""Follow-up questions about one screening: what can be looked up, how a question is read, and how it is answered.

Knows nothing about terminals or pages.
"""
