"""Prints what Prometheus' own client reads at a URL: each family with its type and value."""
import sys
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

with urlopen(sys.argv[1]) as answer:
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4", answer.headers["Content-Type"]
    text = answer.read().decode()

for family in text_string_to_metric_families(text):
    assert family.documentation.endswith("."), family
    [sample] = family.samples
    # How much memory something takes differs from one machine to the next.
    value = "some" if family.name.endswith("_bytes") and sample.value > 0 else sample.value
    print(family.name, family.type, value)
