"""The engine beside its peers: what an event costs on its way to many sockets.

`figures` says what is demanded, `scenarios` measure, `subjects` are what is measured. `load` is a client in C, so cheap
that it is never what is waited for; `house` is a process that does real writes.
"""
