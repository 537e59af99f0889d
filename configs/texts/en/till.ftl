# Set-up: the till.
till-title = Till
till-means = The ways by which the till tells when a customer's transaction begins, is paid and ends. They are set in the configuration: [till] and [[till_source]].
till-no-way = No way to the till is configured. Somebody who stands in the customers' zone opens a transaction.
till-way-http = HTTP
till-way-file = File
till-way-tcp = TCP line
till-way-serial = Serial line
till-open = Open.
till-waiting = Not open; it is tried again and again.
till-waiting-why = Not open; it is tried again and again ({ $what }).
till-nothing-yet = Nothing was heard yet.
till-understood = What was heard was understood.
till-partly-understood = Some of what was heard was understood, some was not.
till-never-understood = Nothing of what was heard was understood.
till-heard-nothing = Nothing was heard since you began to listen.
till-heard = Since you began to listen: { $counts }. The last { $seconds ->
    [one] one second ago
   *[other] { $seconds } seconds ago
}.
till-count-understood = { $count } understood
till-count-not-understood = { $count } not understood
till-count-wrong-time = { $count } with a time too far from this machine's clock
till-count-wrong-token = { $count } with a wrong token
till-events = Events as they come
till-on-shift = Somebody is on shift. When customers were served would tell what that person does, so nothing is counted, dated or listed here until they have signed out.
till-listen-means = For five minutes the events that come are listed here, at most fifty of them, as long as nobody is on shift. They are kept nowhere, and nothing is listed at any other time.
till-listen = Listen for five minutes
till-listens-for = Listening for { $count ->
    [one] one more minute
   *[other] { $count } more minutes
}. When somebody signs in, the list is dropped.
till-look-again = Look again
till-stop = Stop listening
till-no-event = No event yet. Ring up something at the till, and void it.
till-time = Time of the till
till-register = Register
till-event = Event
till-way = Way
till-event-opened = Opened
till-event-payment = Payment
till-event-closed = Closed
till-event-voided = Voided
try-title = Try patterns
try-means = Paste some lines of the till, and see which event each of them would be. Nothing that you paste is kept. Leave out card numbers all the same.
try-verdicts = What the lines are
try-understood = { $event } (pattern { $pattern }). Register: { $register }. Time: { $time }. Number: { $id }.
try-own-register = the one of this kiosk
try-on-arrival = when the line arrives
try-no-number = none
try-no-pattern = No event: no pattern matches.
try-no-text = No event: this is no text.
try-no-time = No event: the time that pattern { $count } finds is not written as its format says.
try-no-name = No event: the register or the number that pattern { $count } finds is empty or too long.
try-toml = For the configuration
try-toml-means = Copy this to the end of the configuration file, check it with hymy check-config, and start the kiosk again.
try-wrong = This pattern cannot be used ({ $key } { $found }).
try-patterns = Patterns
try-help = How patterns are written
try-help-order = A pattern is a regular expression. They are tried in their order, and the first that matches says what the line is. A line that none matches is counted and forgotten.
try-help-groups = Name the groups that mean something: (?<id>…) is the till's own number of the event, (?<register>…) the register, (?<at>…) the time.
try-help-time = The format of the time is written as in strftime: %H:%M:%S is 13:59:58, %d.%m.%Y a day. What it leaves out, the day or the year, is taken to be the nearest. Without a format the time is read as RFC 3339, and without a group the arrival of the line counts.
try-pattern-number = Pattern { $count }
try-pattern = Regular expression
try-at-format = Format of the time
try-register = Register, where the line has none
try-lines = Lines of the till
try-kind = Where the lines come from
try-place = File, address or device
try-do = Try
