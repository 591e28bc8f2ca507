"""Compares `parley addresses --json` with `ip -j address`; the first difference ends it with 1."""
import json
import sys

ours, theirs = (json.load(open(name)) for name in sys.argv[1:])


def our(interface):
    return {
        "index": interface["index"],
        **{name: interface[name] for name in ("up", "loopback", "multicast", "broadcast")},
        "addresses": sorted(
            (a["family"], a["address"].split("%")[0], a["prefix"], a["broadcast"])
            for a in interface["addresses"]
        ),
    }


def their(interface):
    return {
        "index": interface["ifindex"],
        **{name: name.upper() in interface["flags"] for name in ("up", "loopback", "multicast", "broadcast")},
        "addresses": sorted(
            ({"inet": "ipv4", "inet6": "ipv6"}[a["family"]], a["local"], a["prefixlen"], a.get("broadcast"))
            for a in interface["addr_info"]
        ),
    }


ours = {i["interface"]: our(i) for i in ours}
theirs = {i["ifname"]: their(i) for i in theirs}
for name in ours.keys() | theirs.keys():
    if ours.get(name) != theirs.get(name):
        sys.exit(f"{name}: {ours.get(name)} is not {theirs.get(name)}")
