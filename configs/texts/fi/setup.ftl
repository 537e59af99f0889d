# Käyttöönotto.
setup-store = Tietokantaan voi kirjoittaa
setup-good = kunnossa
setup-wanting = vaatii huomiota
