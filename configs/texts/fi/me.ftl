# Oma sivu.
me-menu = Omat sivuni
me-menu-summary = Yhteenveto
me-menu-transactions = Asioinnit
me-menu-choices = Omat valinnat
me-menu-fit = Tarkistus
me-menu-practice = Harjoittelu
me-menu-sharing = Jakaminen
me-menu-seen = Katsojat
me-menu-export = Tietojen lataus
me-menu-leave = Koodi ja eroaminen
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
me-meetings = Tervehdys ja hyvästely
me-others = Muut valitsemasi asiat
me-shown-greeting = { $of ->
    [one] yhdestä tervehdyksestä
   *[other] { $of } tervehdyksestä
  } { $shown ->
    [0] ei kertaakaan
    [one] kerran
   *[other] { $shown } kertaa
  }
me-shown-service = { $of ->
    [one] yhdestä palvellusta asiakkaasta
   *[other] { $of } palvellusta asiakkaasta
  } { $shown ->
    [0] ei kertaakaan
    [one] yhden kohdalla
   *[other] { $shown } kohdalla
  }
me-shown-payment = { $of ->
    [one] yhdestä maksusta
   *[other] { $of } maksusta
  } { $shown ->
    [0] ei kertaakaan
    [one] kerran
   *[other] { $shown } kertaa
  }
me-shown-farewell = { $of ->
    [one] yhdestä hyvästelystä
   *[other] { $of } hyvästelystä
  } { $shown ->
    [0] ei kertaakaan
    [one] kerran
   *[other] { $shown } kertaa
  }
me-shown-queue = { $of ->
    [one] yhdestä kerrasta, kun joku odotti,
   *[other] { $of } kerrasta, kun joku odotti,
  } { $shown ->
    [0] ei kertaakaan
    [one] kerran
   *[other] { $shown } kertaa
  }
me-shown-all = { $of ->
    [one] yhdestä asioinnista
   *[other] { $of } asioinnista
  } { $shown ->
    [0] ei kertaakaan
    [one] kerran
   *[other] { $shown } kertaa
  }
me-in-none = ei kertaakaan
me-in-all = joka kerta
me-middle = keskimmäinen arvo { $value }, { $of ->
    [one] yhdestä asioinnista
   *[other] { $of } asioinnista
  }
me-interval = useammasta kerrasta todennäköisimmin väliltä { $low } – { $high }
me-at-least = näistä { $count } saattoi kestää pidempään: jotakin oli edessä
me-band = oma rajasi: { $low } – { $high }
me-not-observable = ei voitu nähdä
me-unknown = Lisäksi { $count } kertaa ei voitu nähdä
me-unseen-in = { $count } kertaa ei voitu nähdä
me-moments = Hetket vierekkäin
me-moments-means = Kuinka monta kertaa kussakin hetkessä näkyi ainakin kerran, puoli sekuntia. Ohut viiva kertoo, kuinka kaukana luku voi olla siitä, mitä monta useampi asiointi näyttäisi.
me-moment = Hetki
moment-greeting = Tervehdys
moment-service = Palvelu
moment-payment = Maksu
moment-farewell = Hyvästely
me-course = Vuoron kulku
me-course-means = Kukin pylväs on puoli tuntia, ja sen korkeus on asiakkaiden määrä.
me-course-shown = näkyi
me-course-not-shown = ei näkynyt
me-course-gone = Vuoron kulkua ei voi enää piirtää: yksittäisten asiointien tiedot poistetaan muutaman päivän kuluttua.
me-as-table = Taulukkona
me-half-hour = Puolituntinen alkaen
me-customers-column = Asiakkaita
me-customers = { $count ->
    [one] yksi asiakas
   *[other] { $count } asiakasta
  }
me-no-customers = ei asiakkaita
me-table = Kaikki luvut taulukkona
me-column-signal = Mitattu asia
me-column-shown = Näkyi
me-column-value = Keskimmäinen arvo
me-column-sure = Kuinka varmaa
me-column-own = Oma rajani
me-column-unseen = Ei voitu nähdä
me-transactions = Omat asiointini
me-transactions-means = Voit jättää minkä tahansa pois, kunnes sen jakso julkaistaan. Syytä ei kysytä.
me-register = kassa { $what }
me-leave-out = Jätä pois
me-was-complaint = Oli reklamaatio
me-released = julkaistu
me-left-out = Jätetty pois kaikesta.
me-complaint = Sen hymyt on jätetty pois.
me-windows-out = Jätä koko jakso pois
me-windows-out-means = Sen jälkeen sinusta ei ole mitään missään tilastossa, jota ei ole vielä julkaistu. Oma yhteenvetosi pysyy ennallaan, ja seuraava jakso alkaa alusta.
me-windows-out-sure = Kyllä, koko jakso. Tätä ei voi perua.
me-windows-out-go = Jätä jakso pois
me-windows-left-out = Sinusta ei ole mitään jaksossa, jota ei ole julkaistu.
me-not-sure = Mitään ei tehty. Merkitse ruutu, jos olet varma.

# Mitä mitataan, ja omat rajat.
me-choices = Mitä minusta mitataan, ja omat rajani
me-choices-means = Sinä päätät, mitä sinusta mitataan, eikä kukaan muu saa tietää sitä. Valinta on voimassa seuraavasta vuorostasi alkaen.
me-choices-on-shift = Työvuorosi on käynnissä. Valintoja voi muuttaa, kun se on ohi: kirjaudu ensin ulos.
me-choices-fit = Kokeile, mitkä näistä voidaan tässä lukea sinusta
me-choose = Tallenna valinnat
me-chosen = Tallennettu. Voimassa seuraavasta vuorostasi alkaen.
me-bands-mean = Raja kertoo, mistä mihin itse haluat luvun asettuvan. Sillä on myös yläpää, koska liikaakin voi olla. Se näkyy oman lukusi vieressä, ja kokeiltavaksi ehdotettu ottaa sen huomioon. Tyhjä tarkoittaa, ettei rajaa ole.
me-band-percent = Oma rajani, prosenttia ajasta
me-band-seconds = Oma rajani, sekunteja
me-band-per-minute = Oma rajani, kertaa minuutissa
me-band-from = alkaen
me-band-to = enintään
me-band-two-numbers = Kirjoita kaksi lukua, tai jätä molemmat tyhjiksi.
me-band-out-of-range = Ensimmäisen luvun on oltava pienempi, ja toisen enintään { $count }.
me-band-unclear = Mitään ei vielä muutettu: jokin raja alla on epäselvä.
choice-greet-delay = Ensimmäinen katse
choice-smile = Hymy
choice-gaze = Katse asiakkaaseen
choice-longest-look = Pisin katse
choice-longest-look-away = Pisin katse muualle
choice-nods = Nyökkäykset
choice-phone-in-hand = Puhelin kädessä
choice-upright = Pystyasento
choice-leaning = Nojaaminen
choice-queue-look = Katse odottaviin
choice-means-greet-delay = Kuinka kauan asiakas seisoo paikalla, ennen kuin katsot häntä ensimmäisen kerran.
choice-means-smile = Näkyikö hymy tervehtiessä, palvellessa, maksettaessa ja hyvästellessä.
choice-means-gaze = Katsoitko asiakkaaseen päin kussakin hetkessä. Katseet kassaan eivät vähennä tätä.
choice-means-longest-look = Pisin yhtäjaksoinen katse asiakkaaseen.
choice-means-longest-look-away = Pisin aika ilman katsetta asiakkaaseen; kassatyötä ei lasketa.
choice-means-nods = Kuinka usein nyökkäät, kun asiakasta palvellaan yli puoli minuuttia.
choice-means-phone-in-hand = Oliko kädessäsi jotakin puhelimelta näyttävää, kun asiakas oli paikalla.
choice-means-upright = Kuinka suuren osan ajasta seisoit yhtä pystyssä kuin tavallisesti.
choice-means-leaning = Kuinka suuren osan ajasta nojasit sivulle tai eteenpäin.
choice-means-queue-look = Katsoitko jonossa odottavaan.

# Jakaminen.
me-sharing = Jakaminen kouluttajan kanssa
me-sharing-means = Voit antaa yhdelle kouluttajalle kopion nykyisestä yhteenvedostasi muutamaksi päiväksi. Kukaan ei vaadi sitä, eikä kukaan muu saa tietää siitä.
me-shares = Mitä jaat nyt
me-nothing-shared = Et jaa mitään.
me-share-lasts = Jaettu { $from }, voimassa { $to } asti.
me-share-seen = { $count ->
    [0] Ei vielä katsottu.
    [one] Katsottu kerran.
   *[other] Katsottu { $count } kertaa.
  }
me-share-closed = Kukaan ei voi enää avata sitä: kouluttajalla on nyt toinen avain. Peru jako, ja jaa halutessasi uudelleen.
me-mark = Avaimen tunnus:
me-mark-means = Kysy kouluttajalta hänen avaimensa tunnus. Jos se on eri, avain on jonkun muun: älä silloin jaa mitään.
me-take-back = Peru jako: { $what }
me-share = Jaa
me-share-with = Kenelle
me-trainer-no-key = { $what } ei ole vielä valinnut salaista koodia, joten hänelle ei voi jakaa.
me-share-days = Kuinka moneksi päiväksi, enintään 90
me-share-go = Jaa yhteenvetoni
me-share-days-unclear = Mitään ei jaettu. Jako kestää 1–90 päivää.
me-share-whom-unclear = Mitään ei jaettu. Valitse kouluttaja.
me-no-trainer = Täällä ei ole kouluttajaa, jolle yhteenvedon voisi jakaa.
me-share-what = Mitä kouluttaja näkee
me-share-what-means = Viimeisin vuoro, viikko ja neljä viikkoa sellaisina kuin ne ovat nyt: jokaisesta asiasta, josta jotakin nähtiin, keskimmäinen arvo ja kuinka monessa asioinnissa se näkyi. Ei sitä, montako asiointia sinulla oli, ei sitä, mitä ei voitu nähdä, eikä sitä, minkä jätit pois tai valitsematta.
me-shared = Jaettu. Vertaa avaimen tunnusta kouluttajan kanssa.
me-taken-back = Jako on peruttu. Kopiota ei enää ole.

# Kuka on katsonut.
me-seen = Kuka on katsonut
me-seen-means = Kun joku avaa tietojasi, se kirjataan ensin tänne. Merkinnät säilyvät kaksitoista kuukautta.
me-seen-others = Muut
me-seen-own = Sinä itse, viimeisin ensin
me-seen-nobody = Kukaan muu ei ole katsonut mitään tietojasi.
me-seen-when = Milloin
me-seen-who = Kuka
me-seen-what = Mitä
looked-summary = yhteenvetosi
looked-transactions = asiointisi
looked-export = kaikki sinusta, mukaan otettavaksi
looked-log = kuka on katsonut
looked-shares = mitä jaat
looked-sharing = yhteenvetosi, jotta voit jakaa sen
looked-share = jakamasi yhteenveto
looked-unknown = jotakin, mikä on tälle versiolle vierasta

# Mukaan otettavaksi.
me-export = Kaikki minusta
me-export-means = Kaikki, mitä laitteessa on sinusta, tiedostoina, joita voit lukea muualla. Jokainen lataus kirjataan kohtaan "Kuka on katsonut".
me-export-warning = Tiedostoja ei ole lukittu. Säilytä ne siellä, missä kukaan muu ei avaa niitä; yhteiseltä laitteelta poista ne latauksista.
me-file-export-json = Kaikki, ohjelmille.
me-file-transactions-csv = Asiointisi, jokaisesta kaikki mitattu.
me-file-shifts-csv = Vuorojesi yhteenvedot.
me-file-windows-csv = Mitä julkaisemattomissa jaksoissa on sinusta.
me-file-times-csv = Milloin olit töissä, sellaisena kuin se on tallessa.
me-file-accesses-csv = Kuka on katsonut mitä, ja milloin.
me-file-shares-csv = Mitä jaat kouluttajille.
me-file-dictionary-csv = Mitä taulukoiden sarakkeet tarkoittavat.

# Toinen koodi; eroaminen.
me-leave = Salainen koodini, ja eroaminen
me-secret = Vaihda salainen koodi
me-secret-means = Kaikki pysyy luettavana uudella koodilla. Unohtunutta koodia ei kukaan voi palauttaa.
me-secret-present = Nykyinen salainen koodisi
me-secret-new = Uusi koodi, vähintään 8 merkkiä
me-secret-again = Uusi koodi toisen kerran
me-secret-go = Vaihda
me-secret-differs = Mitään ei muutettu: uusi koodi ei ollut sama molemmilla kerroilla.
me-secret-changed = Uusi koodi on voimassa.
me-withdraw = Eroa
me-withdraw-means = Voit lopettaa osallistumisen milloin tahansa, eikä syytä kysytä. Heti ja lopullisesti poistetaan:
me-withdraw-records = asiointisi ja vuorojesi yhteenvedot
me-withdraw-choices = suostumuksesi, valintasi ja rajasi
me-withdraw-shares = mitä jaat kouluttajille
me-withdraw-windows = mitä julkaisemattomissa jaksoissa on sinusta
me-withdraw-keys = avaimesi, ja se, mikä yhdisti katsomismerkinnät sinuun
me-withdraw-shift = käynnissä oleva vuoro: se päättyy, ja kamera sulkeutuu
me-withdraw-stays = Se, mitä monesta ihmisestä on jo julkaistu, jää, koska kukaan ei voi erottaa siitä sinun osuuttasi. Nimesi jää kutsuttujen luetteloon, aivan kuin et olisi koskaan suostunut.
me-withdraw-sure = Kyllä, poista kaikki minusta. Tätä ei voi perua.
me-withdraw-go = Eroa ja poista
me-withdrawn = Olet eronnut
me-withdrawn-means = Täällä ei ole enää mitään sinusta. Poistettiin:
me-gone-records = { $count ->
    [one] yksi asiointi
   *[other] { $count } asiointia
  }
me-gone-summaries = { $count ->
    [one] yhden vuoron yhteenveto
   *[other] { $count } vuoron yhteenvedot
  }
me-gone-shifts = { $count ->
    [one] yhden vuoron ajat
   *[other] { $count } vuoron ajat
  }
me-gone-shares = { $count ->
    [0] ei jakoja: niitä ei ollut
    [one] yksi jako kouluttajalle
   *[other] { $count } jakoa kouluttajille
  }
me-gone-keys = avaimet, joilla ne oli sinetöity
me-gone-rewritten = Tiedosto kirjoitettiin uudelleen ilman niitä.
me-gone-overwritten = Ne on kirjoitettu yli. Levy on liian täynnä, jotta tiedoston voisi kirjoittaa uudelleen; se tehdään vuorokauden kuluessa siitä, kun tilaa on.
me-gone-log = Merkinnät katsomisista jäävät, kunnes niiden aika on ohi; se, mikä yhdisti ne sinuun, on poissa.
