# Käyttöönotto: kassa.
till-title = Kassa
till-means = Reitit, joita pitkin kassa kertoo, milloin asiointi alkaa, maksetaan ja päättyy. Ne määritetään asetuksissa: [till] ja [[till_source]].
till-no-way = Asetuksissa ei ole yhtään reittiä kassalta. Asioinnin avaa se, joka seisoo asiakkaiden alueella.
till-way-http = HTTP
till-way-file = Tiedosto
till-way-tcp = TCP-yhteys
till-way-serial = Sarjaliitäntä
till-open = Auki.
till-waiting = Ei auki; yritetään yhä uudelleen.
till-waiting-why = Ei auki; yritetään yhä uudelleen ({ $what }).
till-nothing-yet = Vielä ei ole kuultu mitään.
till-understood = Kuultu on ymmärretty.
till-partly-understood = Osa kuullusta on ymmärretty, osa ei.
till-never-understood = Mitään kuultua ei ole ymmärretty.
till-heard-nothing = Kuuntelun alettua ei ole kuultu mitään.
till-heard = Kuuntelun alettua: { $counts }. Viimeisin { $seconds ->
    [one] sekunti sitten
   *[other] { $seconds } sekuntia sitten
}.
till-count-understood = { $count } ymmärretty
till-count-not-understood = { $count } jäi ymmärtämättä
till-count-wrong-time = { $count }, joiden aika on liian kaukana tämän laitteen kellosta
till-count-wrong-token = { $count } väärällä tunnisteella
till-events = Tapahtumat sitä mukaa kuin ne tulevat
till-on-shift = Joku on vuorossa. Asiointien ajat kertoisivat, mitä hän tekee, joten täällä ei lasketa, ajoiteta eikä luetella mitään, ennen kuin hän on kirjautunut ulos.
till-listen-means = Viiden minuutin ajan tässä luetellaan tulevat tapahtumat, enintään viisikymmentä, kunhan kukaan ei ole vuorossa. Niitä ei tallenneta mihinkään, eikä muulloin luetella mitään.
till-listen = Kuuntele viisi minuuttia
till-listens-for = Kuunnellaan vielä { $count ->
    [one] minuutti
   *[other] { $count } minuuttia
}. Kun joku kirjautuu vuoroon, luettelo poistetaan.
till-look-again = Katso uudelleen
till-stop = Lopeta kuuntelu
till-no-event = Ei vielä tapahtumia. Lyö jotakin kassaan ja peru se.
till-time = Kassan aika
till-register = Kassapiste
till-event = Tapahtuma
till-way = Reitti
till-event-opened = Alkoi
till-event-payment = Maksu
till-event-closed = Päättyi
till-event-voided = Peruttiin
try-title = Kokeile kaavoja
try-means = Liitä kassan rivejä ja katso, mikä tapahtuma kukin niistä olisi. Liitettyä ei tallenneta. Jätä korttien numerot silti pois.
try-verdicts = Mitä rivit ovat
try-understood = { $event } (kaava { $pattern }). Kassapiste: { $register }. Aika: { $time }. Numero: { $id }.
try-own-register = tämän laitteen
try-on-arrival = kun rivi saapuu
try-no-number = ei ole
try-no-pattern = Ei tapahtumaa: mikään kaava ei täsmää.
try-no-text = Ei tapahtumaa: tämä ei ole tekstiä.
try-no-time = Ei tapahtumaa: kaavan { $count } löytämä aika ei ole muodon mukainen.
try-no-name = Ei tapahtumaa: kaavan { $count } löytämä kassapiste tai numero on tyhjä tai liian pitkä.
try-toml = Asetuksiin
try-toml-means = Kopioi tämä asetustiedoston loppuun, tarkista se komennolla hymy check-config ja käynnistä laite uudelleen.
try-wrong = Tätä kaavaa ei voi käyttää ({ $key } { $found }).
try-patterns = Kaavat
try-help = Miten kaavat kirjoitetaan
try-help-order = Kaava on säännöllinen lauseke. Kaavoja kokeillaan järjestyksessä, ja ensimmäinen täsmäävä ratkaisee, mikä rivi on. Rivi, johon mikään ei täsmää, lasketaan ja unohdetaan.
try-help-groups = Nimeä ryhmät, joilla on merkitys: (?<id>…) on kassan oma numero tapahtumalle, (?<register>…) kassapiste, (?<at>…) aika.
try-help-time = Ajan muoto kirjoitetaan kuten strftimessa: %H:%M:%S on 13:59:58 ja %d.%m.%Y päivä. Puuttuvaksi päiväksi tai vuodeksi oletetaan lähin. Ilman muotoa aika luetaan RFC 3339:n mukaan, ja ilman ryhmää käytetään rivin saapumisen aikaa.
try-pattern-number = Kaava { $count }
try-pattern = Säännöllinen lauseke
try-at-format = Ajan muoto
try-register = Kassapiste, jos rivillä ei ole sitä
try-lines = Kassan rivejä
try-kind = Mistä rivit tulevat
try-place = Tiedosto, osoite tai laite
try-do = Kokeile
