# Kouluttajat.
trainer-shared = Sinulle jaetut yhteenvedot
trainer-nothing-shared = Kukaan ei juuri nyt jaa sinulle mitään.
trainer-until = { $what } asti
