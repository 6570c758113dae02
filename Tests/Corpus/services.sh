# What a variant for services promises scripts, with busybox. Each check prints one line: "ok NAME", or "NO NAME: why".
set -u
check() { name=$1; shift; if [ "$1" = "$2" ]; then echo "ok $name"; else echo "NO $name: got '$1', wanted '$2'"; fi; }
cd /work

# Waits until something listens on a port, for ten seconds at most.
listening() { for _ in $(seq 200); do grep -q ":$1 .* 0A " /proc/net/tcp /proc/net/tcp6 && return; sleep 0.05; done; }

serve() { printf 'HTTP/1.0 200 OK\r\n\r\n%s' "$2" | nc -l -p "$1" > request; }
serve 8080 'over IPv4' 2> error & listening 1F90
check wget "$(wget -q -O - http://127.0.0.1:8080/path || cat error)" "over IPv4"
wait; check request "$(grep -c 'GET /path' request)" 1
# Its input ends once it has heard something: one that has said all goes, whatever is on its way to it.
heard() { for _ in $(seq 200); do [ -s got ] && return; sleep 0.05; done; }
{ echo hello; heard; } | nc -l -p 8081 > got & listening 1F91
check nc "$(echo ping | nc 127.0.0.1 8081)" hello
wait; check both "$(cat got)" ping
echo done
