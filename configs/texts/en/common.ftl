# What the pages say in English. Every message stands in the folder fi too, with the same variables; a test compares them.

skip = Skip to the content
to-counter = Counter
to-about = What holds here
to-me = My page
to-practice = Practise
to-customer = How did we do today?
name = Your name
code = Your secret code
close = Close
trouble = That did not work

# Opening pages.
open-me = My page
open-means-me = What was visible when you served, for you alone. It closes by itself after three minutes.
open-trainer = For trainers
open-means-trainer = What was released about many people, and what people shared with you.
open-setup = Set-up
open-means-setup = For whoever installs this kiosk. The code is in the file that the configuration names.
open-go = Open

# Why something was not done.
refused-wrong-secret = The name or the code is not right.
refused-wrong-invitation = This invitation is not right, or was used before.
refused-wait = Too many wrong codes. Try again in { $count ->
    [one] one second
   *[other] { $count } seconds
  }.
refused-secret-length = A code has 8 to 256 characters.
refused-shift-on = A shift is on already. Sign out first.
refused-no-shift = No shift of yours is on here.
refused-on-shift = Your shift is on. Sign out first.
refused-not-paused = Your shift is on. Pause it first, at the counter.
refused-trial-on = Somebody else is using the camera at this kiosk to try something out. Wait until they are done.
refused-setting-up = This kiosk is being set up: no shift can begin. Start it with hymy run.
refused-no-camera = There is no camera to open, or another program has it.
refused-agree-anew = What you agreed to has changed. Agree anew before your next shift.
refused-nothing = There is nothing that this could be done to.
refused-released = It is released already and can no longer change.
refused-no-trainer = Nothing can be shared with this person.
refused-busy = The kiosk is busy. Try again.
refused-unexpected = The kiosk answered something else. Try again.

unit-percent = { $value } %
unit-seconds = { $value } s
unit-per-minute = { $value } a minute

signal-greet-delay = First look at the customer
signal-smile-greeting = Smile in the greeting
signal-smile-service = Smile while serving
signal-smile-payment = Smile at the payment
signal-smile-farewell = Smile in the farewell
signal-smile-all = Smile, the whole time
signal-gaze-greeting = Look at the customer in the greeting
signal-gaze-service = Look at the customer while serving
signal-gaze-payment = Look at the customer at the payment
signal-gaze-farewell = Look at the customer in the farewell
signal-gaze-all = Looks at the customer, the whole time
signal-longest-look = Longest look at the customer
signal-longest-look-away = Longest look away
signal-nods = Nods
signal-phone-in-hand = A phone-like thing in the hand
signal-upright = Upright
signal-leaning = Leaning
signal-queue-look = Look at somebody who waits
signal-observed = How much could be seen

reason-not-alone = in { $count }: more faces than signed-in people
reason-no-face = in { $count }: no face was found
reason-too-small = in { $count }: the face was too small
reason-turned-away = in { $count }: the face was turned away
reason-mouth-hidden = in { $count }: the mouth was hidden
reason-eyes-hidden = in { $count }: the eyes were hidden
reason-no-event = in { $count }: the till did not report it
reason-too-short = in { $count }: too little time
reason-signal-off = in { $count }: not measured, or left out

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
