# My page.
me-menu = My pages
me-menu-summary = Summary
me-menu-transactions = Transactions
me-menu-choices = My choices
me-menu-fit = Fit check
me-menu-practice = Practise
me-menu-sharing = Sharing
me-menu-seen = Who looked
me-menu-export = Export
me-menu-leave = Secret, leaving
me-title = My summary
me-windows = Over what it adds up
me-window-shift = Latest shift
me-window-week = This week
me-window-four-weeks = Four weeks
me-since = Since { $day }, { $count ->
    [one] one transaction
   *[other] { $count } transactions
  }.
me-cancelled = { $count ->
    [one] One more was cancelled and stands behind nothing.
   *[other] { $count } more were cancelled and stand behind nothing.
  }
me-empty = There is nothing here yet. A transaction appears some minutes after it ended.
me-nothing-chosen = You chose no signal, or left everything out.
me-meetings = Greeting and farewell
me-others = The other signals you chose
me-shown-greeting = { $shown ->
    [0] in none
   *[other] in { $shown }
  } of { $of ->
    [one] one greeting
   *[other] { $of } greetings
  }
me-shown-service = { $shown ->
    [0] with none
   *[other] with { $shown }
  } of { $of ->
    [one] one customer served
   *[other] { $of } customers served
  }
me-shown-payment = { $shown ->
    [0] at none
   *[other] at { $shown }
  } of { $of ->
    [one] one payment
   *[other] { $of } payments
  }
me-shown-farewell = { $shown ->
    [0] in none
   *[other] in { $shown }
  } of { $of ->
    [one] one farewell
   *[other] { $of } farewells
  }
me-shown-queue = { $shown ->
    [0] none
   *[other] { $shown }
  } of { $of ->
    [one] one time that somebody waited
   *[other] { $of } times that somebody waited
  }
me-shown-all = { $shown ->
    [0] in none
   *[other] in { $shown }
  } of { $of ->
    [one] one transaction
   *[other] { $of } transactions
  }
me-in-none = in none
me-in-all = in all
me-middle = middle value { $value }, over { $of ->
    [one] one transaction
   *[other] { $of } transactions
  }
me-interval = over many more, most likely between { $low } and { $high }
me-at-least = in { $count } of them it may have been longer: something was in the way
me-band = your own band: { $low } to { $high }
me-not-observable = could not be seen
me-unknown = Could not be seen in { $count } more
me-unseen-in = could not be seen in { $count }
me-moments = The moments side by side
me-moments-means = In how many of each moment it was shown at least once, for half a second. The thin line is how far the figure may lie from what many more transactions would show.
me-moment = Moment
moment-greeting = Greeting
moment-service = Service
moment-payment = Payment
moment-farewell = Farewell
me-course = The course of the shift
me-course-means = Each column is half an hour, and as high as the number of customers in it.
me-course-shown = shown
me-course-not-shown = not shown
me-course-gone = The course of the shift can no longer be drawn: what was kept of each transaction is erased after some days.
me-as-table = As a table
me-half-hour = Half hour from
me-customers-column = Customers
me-customers = { $count ->
    [one] one customer
   *[other] { $count } customers
  }
me-no-customers = no customers
me-table = All figures as a table
me-column-signal = Signal
me-column-shown = Shown
me-column-value = Middle value
me-column-sure = How sure
me-column-own = My own band
me-column-unseen = Could not be seen
me-transactions = My transactions
me-transactions-means = You may leave any of them out until its window is released. No reason is asked.
me-register = register { $what }
me-leave-out = Leave out
me-was-complaint = Was a complaint
me-released = released
me-left-out = Left out of everything.
me-complaint = Its smiles are left out.
me-windows-out = Leave the whole window out
me-windows-out-means = Nothing of yours is then in any statistic that has not been released yet. Your own summary stays as it is, and the next window begins anew.
me-windows-out-sure = Yes, all of it. It cannot be undone.
me-windows-out-go = Leave the window out
me-windows-left-out = Nothing of yours is in a window that is not released.
me-not-sure = Nothing was done. Tick the box if you are sure.

# What is measured, and one's own bands.
me-choices = My signals and bands
me-choices-means = What is measured of you is your choice, and yours alone to know. It holds from your next shift on.
me-choices-on-shift = Your shift is on. What is measured can be changed when it is over: sign out first.
me-choices-fit = Fit check: which of these can be read of me here?
me-choose = Keep these choices
me-chosen = Kept. It holds from your next shift on.
me-bands-mean = A band says from where to where you yourself want a figure to lie, with an upper end, because too much is possible too. It is shown beside your figure, and what you are given to try keeps to it. Empty means none.
me-band-percent = My band, in percent of the time
me-band-seconds = My band, in seconds
me-band-per-minute = My band, times a minute
me-band-from = from
me-band-to = to
me-band-two-numbers = Type two numbers, or leave both empty.
me-band-out-of-range = The first number has to be the smaller one, and the second { $count } at most.
me-band-unclear = Nothing was changed yet: a band below is not clear.
choice-greet-delay = First look
choice-smile = Smile
choice-gaze = Looking at the customer
choice-longest-look = Longest look
choice-longest-look-away = Longest look away
choice-nods = Nods
choice-phone-in-hand = Phone in the hand
choice-upright = Standing upright
choice-leaning = Leaning
choice-queue-look = Looking at those who wait
choice-means-greet-delay = How long a customer stands there before you first look at them.
choice-means-smile = Whether a smile was to be seen in greeting, service, payment and farewell.
choice-means-gaze = Whether you looked towards the customer in each moment. Looks at the till do not count against it.
choice-means-longest-look = The longest unbroken look at the customer.
choice-means-longest-look-away = The longest time without a look at the customer; work at the till left out.
choice-means-nods = How often you nod while a customer is served for more than half a minute.
choice-means-phone-in-hand = Whether something that looks like a phone was in your hand while a customer was there.
choice-means-upright = How much of the time you stood as upright as you usually do.
choice-means-leaning = How much of the time you leaned to a side or forward.
choice-means-queue-look = Whether somebody who waited in the queue was looked at.

# Sharing.
me-sharing = Sharing with a trainer
me-sharing-means = You may give one trainer a copy of your summary as it is now, for some days. Nobody asks you to, and nobody else learns of it.
me-shares = What you share now
me-nothing-shared = You share nothing.
me-share-lasts = Shared on { $from }, until { $to }.
me-share-seen = { $count ->
    [0] Not looked at yet.
    [one] Looked at once.
   *[other] Looked at { $count } times.
  }
me-share-closed = Nobody can open it any more: the trainer has another key by now. Take it back, and share anew if you like.
me-mark = Mark of the key:
me-mark-means = Ask the trainer for the mark of their key. If it is another one, the key is somebody else's: then share nothing.
me-take-back = Take back from { $what }
me-share = Share
me-share-with = With whom
me-trainer-no-key = { $what } has not chosen a secret yet, so nothing can be shared with them.
me-share-days = For how many days, 90 at most
me-share-go = Share my summary
me-share-days-unclear = Nothing was shared. A share lasts 1 to 90 days.
me-share-whom-unclear = Nothing was shared. Choose a trainer.
me-no-trainer = There is no trainer here with whom a summary could be shared.
me-share-what = What the trainer sees
me-share-what-means = Latest shift, week and four weeks as they are now: of each signal of which something was seen, its middle value and in how many transactions it was shown. Not how many transactions you had, not what could not be seen, and not what you left out or switched off.
me-shared = Shared. Compare the mark of the key with the trainer.
me-taken-back = Taken back. The copy is gone.

# Who has looked.
me-seen = Who has looked
me-seen-means = Whoever opens something of yours is written down first. Entries are kept for twelve months.
me-seen-others = Others
me-seen-own = You yourself, the latest first
me-seen-nobody = Nobody else has looked at anything of yours.
me-seen-when = When
me-seen-who = Who
me-seen-what = What
looked-summary = your summary
looked-transactions = your transactions
looked-export = everything about you, to take along
looked-log = who has looked
looked-shares = what you share
looked-sharing = your summary, to share it
looked-share = the summary that you shared
looked-unknown = something that this version does not know

# Taking along.
me-export = Everything about me
me-export-means = All that the store has about you, as files that you can read elsewhere. Each download is written down under "Who has looked".
me-export-warning = The files are not locked. Keep them where nobody else opens them; on a shared kiosk, delete them from its downloads.
me-file-export-json = Everything, for programs.
me-file-transactions-csv = Your transactions, every signal of each.
me-file-shifts-csv = The summaries of your shifts.
me-file-windows-csv = What windows that are not released yet have of you.
me-file-times-csv = When you worked, as the store has it.
me-file-accesses-csv = Who has looked at what, and when.
me-file-shares-csv = What you share with trainers.
me-file-dictionary-csv = What each column of the tables means.

# Another secret; withdrawing.
me-leave = My secret, and withdrawing
me-secret = Change my secret
me-secret-means = Everything stays readable, with the new one. Nobody can set back a secret that is forgotten.
me-secret-present = Your present secret code
me-secret-new = The new one, 8 characters or more
me-secret-again = The new one again
me-secret-go = Change it
me-secret-differs = Nothing was changed: the new code was not the same both times.
me-secret-changed = The new secret holds.
me-withdraw = Withdraw
me-withdraw-means = You may stop taking part at any time, and give no reason. At once, and for ever, this goes:
me-withdraw-records = your transactions, and the summaries of your shifts
me-withdraw-choices = what you agreed to and chose, and your bands
me-withdraw-shares = what you share with trainers
me-withdraw-windows = what windows that are not released yet have of you
me-withdraw-keys = your key, and what tied entries about looking to you
me-withdraw-shift = a shift that is on: it ends, and the camera closes
me-withdraw-stays = What was already released about many people stays, as nobody can tell your part in it. Your name stays on the list of those who were invited, as if you had never agreed.
me-withdraw-sure = Yes, erase everything of mine. It cannot be undone.
me-withdraw-go = Withdraw and erase
me-withdrawn = You have withdrawn
me-withdrawn-means = Nothing of yours is here any more. Erased:
me-gone-records = { $count ->
    [one] one transaction
   *[other] { $count } transactions
  }
me-gone-summaries = { $count ->
    [one] one summary of a shift
   *[other] { $count } summaries of shifts
  }
me-gone-shifts = { $count ->
    [one] the times of one shift
   *[other] the times of { $count } shifts
  }
me-gone-shares = { $count ->
    [0] no share: there was none
    [one] one share with a trainer
   *[other] { $count } shares with trainers
  }
me-gone-keys = the keys that they were sealed to
me-gone-rewritten = The file was written anew without them.
me-gone-overwritten = They are overwritten. The disk is too full to write the file anew; that is done within a day of there being room.
me-gone-log = Entries about who looked stay until their time is over; what tied them to you is gone.
