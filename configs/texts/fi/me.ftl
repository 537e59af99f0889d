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
