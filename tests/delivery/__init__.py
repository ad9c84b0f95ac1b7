"""Nothing is lost, whatever dies: people talk in a cluster of its own, it is broken, and what they got is judged.

`manage.py verify_delivery` runs all of it; `test_short.py` is the short form.
"""
