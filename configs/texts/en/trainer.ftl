# Trainers.
trainer-shared = Summaries that people shared with you
trainer-nothing-shared = Nobody shares anything with you at the moment.
trainer-until = until { $what }
