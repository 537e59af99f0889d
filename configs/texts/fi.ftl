# Sivujen tekstit suomeksi. Jokainen viesti on myös tiedostossa en.ftl, samoin muuttujin; testi vertaa niitä.

skip = Siirry sisältöön
to-counter = Tiski
to-about = Mitä tässä pätee
to-me = Oma sivuni
to-customer = Miten onnistuimme tänään?
name = Nimesi
code = Salainen koodisi
close = Sulje
trouble = Se ei onnistunut

# Tiski.
counter-title = Tiski
counter-taps = Mitä voit tehdä
camera-off = Kamera kiinni
camera-means-off = Kukaan ei ole kirjautunut. Mitään ei nähdä.
camera-opening = Kamera avautuu
camera-means-opening = Joku on kirjautunut. Hetki vain.
camera-on = Kamera päällä
camera-means-on = Joku on kirjautunut. Kuvaa ei tallenneta, lähetetä eikä näytetä.
camera-paused = Kamera kiinni
camera-means-paused = Työvuoro on tauolla. Mitään ei nähdä.
sign-in = Aloitan työvuoroni
sign-in-go = Kirjaudu, avaa kamera
sign-in-two = Meitä on kaksi tällä kassalla
sign-in-two-means = Kun samalla kassalla on kaksi, kummastakaan ei lueta mitään: ketään ei tunnisteta kasvoista.
second-name = Toisen nimi
second-code = Toisen salainen koodi
resume = Jatkan tauon jälkeen
resume-go = Minä tässä, avaa kamera
pause = Tauko, sulje kamera
for-work = Puhelin on työasialla
leave-out = Jätä tämä pois
complaint = Tämä oli reklamaatio
sign-out = Kirjaudu ulos
shift-left-out = Jätetty pois. Syytä ei kysytä, eikä kukaan muu näe tätä.
shift-complaint = Merkitty. Hymyt jätetään siitä pois.
shift-for-work = Merkitty. Puhelin jätetään tästä asioinnista pois.

# Sivujen avaaminen.
open-me = Oma sivuni
open-means-me = Mitä palvellessasi oli nähtävissä, vain sinulle. Sivu sulkeutuu itsestään kolmen minuutin kuluttua.
open-trainer = Kouluttajalle
open-means-trainer = Mitä monesta ihmisestä on julkaistu, ja mitä sinulle on jaettu.
open-setup = Käyttöönotto
open-means-setup = Sille, joka asentaa tämän laitteen. Koodi on tiedostossa, jonka asetukset nimeävät.
open-go = Avaa

# Miksi jotakin ei tehty.
refused-wrong-secret = Nimi tai koodi ei täsmää.
refused-wrong-invitation = Kutsu ei täsmää, tai se on jo käytetty.
refused-wait = Liian monta väärää koodia. Yritä uudelleen { $count ->
    [one] sekunnin
   *[other] { $count } sekunnin
  } kuluttua.
refused-secret-length = Koodissa on 8–256 merkkiä.
refused-shift-on = Työvuoro on jo käynnissä. Kirjaudu ensin ulos.
refused-no-shift = Sinulla ei ole tässä työvuoroa käynnissä.
refused-on-shift = Työvuorosi on käynnissä. Kirjaudu ensin ulos.
refused-no-camera = Kameraa ei ole, tai toinen ohjelma käyttää sitä.
refused-agree-anew = Se, mihin suostuit, on muuttunut. Anna suostumus uudelleen ennen seuraavaa vuoroasi.
refused-nothing = Ei ole mitään, mille tämän voisi tehdä.
refused-released = Se on jo julkaistu, eikä sitä voi enää muuttaa.
refused-no-trainer = Tälle henkilölle ei voi jakaa mitään.
refused-busy = Laite on varattu. Yritä uudelleen.
refused-unexpected = Laite vastasi jotakin muuta. Yritä uudelleen.

# Oma sivu.
me-menu = Omat sivuni
me-menu-summary = Yhteenveto
me-menu-transactions = Asioinnit
me-title = Oma yhteenvetoni
me-windows = Miltä ajalta
me-window-shift = Viimeisin vuoro
me-window-week = Tämä viikko
me-window-four-weeks = Neljä viikkoa
me-since = { $day } alkaen, { $count ->
    [one] yksi asiointi
   *[other] { $count } asiointia
  }.
me-cancelled = { $count ->
    [one] Lisäksi yksi peruttiin, eikä se ole luvuissa mukana.
   *[other] Lisäksi { $count } peruttiin, eivätkä ne ole luvuissa mukana.
  }
me-empty = Täällä ei ole vielä mitään. Asiointi ilmestyy muutaman minuutin kuluttua päättymisestään.
me-nothing-chosen = Et ole valinnut mitattavaa, tai olet jättänyt kaiken pois.
me-shown = { $shown } / { $of } kerrasta
me-middle = keskimmäinen arvo { $value }, { $of ->
    [one] yksi asiointi
   *[other] { $of } asiointia
  }
me-interval = useammalla asioinnilla todennäköisimmin { $low } – { $high }
me-band = oma rajasi: { $low } – { $high }
me-not-observable = ei voitu nähdä
me-unknown = Milloin sitä ei voitu tietää
me-transactions = Omat asiointini
me-transactions-means = Voit jättää minkä tahansa pois, kunnes sen jakso julkaistaan. Syytä ei kysytä.
me-register = kassa { $what }
me-leave-out = Jätä pois
me-was-complaint = Oli reklamaatio
me-released = julkaistu
me-left-out = Jätetty pois kaikesta.
me-complaint = Sen hymyt on jätetty pois.

unit-percent = { $value } %
unit-seconds = { $value } s
unit-per-minute = { $value } minuutissa

signal-greet-delay = Ensimmäinen katse asiakkaaseen
signal-smile-greeting = Hymy tervehtiessä
signal-smile-service = Hymy palvellessa
signal-smile-payment = Hymy maksettaessa
signal-smile-farewell = Hymy hyvästellessä
signal-smile-all = Hymy koko aikana
signal-gaze-greeting = Katse asiakkaaseen tervehtiessä
signal-gaze-service = Katse asiakkaaseen palvellessa
signal-gaze-payment = Katse asiakkaaseen maksettaessa
signal-gaze-farewell = Katse asiakkaaseen hyvästellessä
signal-gaze-all = Katse asiakkaaseen koko aikana
signal-longest-look = Pisin katse asiakkaaseen
signal-longest-look-away = Pisin katse muualle
signal-nods = Nyökkäykset
signal-phone-in-hand = Puhelimelta näyttävä esine kädessä
signal-upright = Pystyasento
signal-leaning = Nojaaminen
signal-queue-look = Katse jonossa odottavaan
signal-observed = Kuinka paljon voitiin nähdä

reason-not-alone = { $count } kertaa: enemmän kasvoja kuin kirjautuneita
reason-no-face = { $count } kertaa: kasvoja ei löytynyt
reason-too-small = { $count } kertaa: kasvot olivat liian pienet
reason-turned-away = { $count } kertaa: kasvot olivat käännettyinä pois
reason-mouth-hidden = { $count } kertaa: suu oli peitossa
reason-eyes-hidden = { $count } kertaa: silmät olivat peitossa
reason-no-event = { $count } kertaa: kassa ei ilmoittanut siitä
reason-too-short = { $count } kertaa: liian lyhyt aika
reason-signal-off = { $count } kertaa: ei mitattu, tai jätetty pois

month-1 = tammikuuta
month-2 = helmikuuta
month-3 = maaliskuuta
month-4 = huhtikuuta
month-5 = toukokuuta
month-6 = kesäkuuta
month-7 = heinäkuuta
month-8 = elokuuta
month-9 = syyskuuta
month-10 = lokakuuta
month-11 = marraskuuta
month-12 = joulukuuta
