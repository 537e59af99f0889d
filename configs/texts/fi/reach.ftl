# Mitä sanotaan sille, joka kysyy liian usein tai jotakin muuta, sekä varmenteesta.
refused-form = Lähetetyt tiedot eivät ole sitä, mitä tämä sivu kysyy. Palaa takaisin ja yritä uudelleen.
refused-too-many = Täältä on yritetty liian monta kertaa. Yritä uudelleen { $count ->
    [one] sekunnin
   *[other] { $count } sekunnin
  } kuluttua.
reach-title = Sivut muille koneille
reach-own = Laite on tehnyt varmenteensa itse. Kun toisen koneen selain varoittaa siitä, vertaa sormenjälkeä tähän: jos ne ovat samat, yhteys on tähän laitteeseen eikä mihinkään muuhun.
reach-given = Käytössä on asetuksissa nimetty varmenne.
reach-fingerprint = Sormenjälki (SHA-256)
reach-until = Se on voimassa { $day } asti ja uusitaan kuukautta aiemmin; silloin sormenjälki vaihtuu.
