"""CWR, the industry's format for registering works: 2.1 and 2.2 are read tolerantly and written strictly, 3.0 and 3.1
are read.

reader.read_cwr          a stream of bytes → transactions, one at a time, with every complaint located
work_view.work_of        a transaction → the work as plain values (work.WorkTransaction)
answer_view.answer_of    an acknowledgement received → its status, messages and works
acknowledgement.write_acknowledgement    the society's answer to a file
registrations.write_registrations        a file of our own works (NWR, REV)
profile.CheckProfile     which numbered edits are applied to a sender's files, and how hard
names.file_name          how a file to send is called

Everything here is bytes, text and values: no database, no clock, no settings. The facts of the format (layouts, edits,
code tables, characters) are data files in tables/; societies and territories are rules of members.
"""
