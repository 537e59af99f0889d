# What is said to whoever asks too often or for something else, and of the certificate.
refused-form = What was sent is not what this page asks for. Go back and try again.
refused-too-many = Too many tries from here. Try again in { $count ->
    [one] one second
   *[other] { $count } seconds
  }.
reach-title = Pages for other machines
reach-own = The kiosk made its own certificate. When a browser on another machine warns of it, compare the fingerprint there with this one; if they are the same, that machine has reached this kiosk and no other.
reach-given = The certificate is the one that the configuration names.
reach-fingerprint = SHA-256 fingerprint
reach-until = It lasts until { $day } and is made anew a month before; then the fingerprint changes.
