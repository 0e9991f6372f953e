#!/usr/bin/python3
"""Makes eu_vat_rates.inc: make.py DUTY27_WHEEL EU_VAT_RATES_DATA_WHEEL

The rates by date come from the PyPI package duty27-eu-vat (data CC BY 4.0). Today's rate of every country is compared
with the PyPI package eu-vat-rates-data (MIT, from the Commission's TEDB), and a difference is refused.
Get both with: pip download --no-deps duty27-eu-vat==0.1.0 eu-vat-rates-data==2026.9.29
"""
import json
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

ISO = {"EL": "GR"}  # the Union writes Greece EL, ISO 3166 writes GR


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    dated = {}
    with zipfile.ZipFile(arguments[0]) as wheel:
        exec(wheel.read("duty27_eu_vat/_data.py").decode(), dated)
    with zipfile.ZipFile(arguments[1]) as wheel:
        today = json.loads(wheel.read("eu_vat_rates_data/eu_vat_rates_data.json"))["rates"]

    lines = ["// Standard VAT rates of the member states of the European Union, from the day on which each began to apply, in permille.",
             "// Made by data/make.py. Rate data: Duty27 (https://duty27.com/vat-rates/history), CC BY 4.0, as of " + dated["DATA_AS_OF"] + ";",
             "// the newest rates agree with eu-vat-rates-data (MIT; European Commission TEDB). For information only, not tax advice."]
    for code, _, windows in sorted((ISO.get(code, code), name, windows) for code, name, windows in dated["DATA"]):
        if Decimal(windows[-1][1]) != Decimal(str(today[code]["standard"])):
            print(f"{code}: {windows[-1][1]} % by one source, {today[code]['standard']} % by the other", file=sys.stderr)
            return 1
        lines += [f'{{"{code}", "{since}", {int(Decimal(rate) * 10)}}},' for since, rate in windows]
    (Path(__file__).parent / "eu_vat_rates.inc").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
