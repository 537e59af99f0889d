# My page.
me-menu = My pages
me-menu-summary = Summary
me-menu-transactions = Transactions
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
me-shown = in { $shown } of { $of }
me-middle = middle value { $value }, over { $of ->
    [one] one transaction
   *[other] { $of } transactions
  }
me-interval = with more transactions most likely between { $low } and { $high }
me-band = your own band: { $low } to { $high }
me-not-observable = could not be seen
me-unknown = Where it could not be known
me-transactions = My transactions
me-transactions-means = You may leave any of them out until its window is released. No reason is asked.
me-register = register { $what }
me-leave-out = Leave out
me-was-complaint = Was a complaint
me-released = released
me-left-out = Left out of everything.
me-complaint = Its smiles are left out.
