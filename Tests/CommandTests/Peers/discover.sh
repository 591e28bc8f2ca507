# Two machines on a bridge, each a network namespace: on both a chat with --discover, which know nothing of
# each other. Prints what both have said and heard, and after how many milliseconds they had found each other.
# To be run in a network namespace of its own: discover.sh PARLEY tcp|udp 4|6 [late]
# With "late" the second one's interface is switched on when its chat runs already.
parley=$1 kind=$2 family=$3 late=$4
folder=$(mktemp -d) && cd "$folder" || exit 1
trap 'kill $pid1 $pid2 $ann $bob 2>/dev/null; rm -r "$folder"' EXIT

echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
ip link set lo up; ip link add there type bridge && ip link set there up || exit 77
for n in 1 2; do
  unshare -n sleep 120 & eval "pid$n=$!"
  until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.02; done
  ip link add v$n type veth peer name eth0 netns $! && ip link set v$n master there up || exit 77
  nsenter -t $! -n sh -c "
    echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad; ip link set lo up; ip link set eth0 up
    [ $family = 6 ] || ip addr add 10.7.0.$n/24 brd + dev eth0
    until ip -6 addr show dev eth0 scope link | grep -q inet6; do sleep 0.02; done"
done

mkfifo in1 in2
nsenter -t $pid1 -n "$parley" chat --plain $kind 0 --nick ann --discover < in1 > out1 2> err1 & ann=$!
exec 3> in1
until grep -qs "listening on" err1; do sleep 0.01; done
# The first one's burst of announcements is half over, or not: it must not matter.
sleep 0.5
[ -z "$late" ] || nsenter -t $pid2 -n ip link set eth0 down
start=$(date +%s%N)
nsenter -t $pid2 -n "$parley" chat --plain $kind 0 --nick bob --discover < in2 > out2 2> err2 & bob=$!
exec 4> in2
if [ -n "$late" ]; then
  until grep -qs "listening on" err2; do sleep 0.01; done
  nsenter -t $pid2 -n ip link set eth0 up
fi
until grep -qs "ann joined" out2 err2 && grep -qs "bob joined" out1 err1; do sleep 0.01; done
echo "found after $(( ($(date +%s%N) - start) / 1000000 )) ms"

echo "hello from ann" >&3; echo "hello from bob" >&4
until grep -q "hello from bob" out1 && grep -q "hello from ann" out2; do sleep 0.01; done
echo /who >&3; echo /who >&4
until grep -qs "bob at" out1 && grep -qs "ann at" out2; do sleep 0.01; done
exec 3>&- 4>&-
wait $ann && wait $bob && cat out1 out2
