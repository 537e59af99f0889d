# Sivujen tekstit suomeksi. Jokainen viesti on myös kansiossa en, samoin muuttujin; testi vertaa niitä.

skip = Siirry sisältöön
to-counter = Tiski
to-about = Mitä tässä pätee
to-me = Oma sivuni
to-practice = Harjoittele
to-customer = Miten onnistuimme tänään?
name = Nimesi
code = Salainen koodisi
close = Sulje
trouble = Se ei onnistunut

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
refused-not-paused = Työvuorosi on käynnissä. Pidä ensin tauko tiskin sivulla.
refused-trial-on = Joku toinen kokeilee juuri jotakin tämän laitteen kameralla. Odota, kunnes hän on valmis.
refused-setting-up = Laitetta otetaan käyttöön, joten vuoroa ei voi aloittaa. Käynnistä se komennolla hymy run.
refused-no-camera = Kameraa ei ole, tai toinen ohjelma käyttää sitä.
refused-agree-anew = Se, mihin suostuit, on muuttunut. Anna suostumus uudelleen ennen seuraavaa vuoroasi.
refused-nothing = Ei ole mitään, mille tämän voisi tehdä.
refused-released = Se on jo julkaistu, eikä sitä voi enää muuttaa.
refused-no-trainer = Tälle henkilölle ei voi jakaa mitään.
refused-busy = Laite on varattu. Yritä uudelleen.
refused-unexpected = Laite vastasi jotakin muuta. Yritä uudelleen.

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
