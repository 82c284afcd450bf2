# A provider that has lost its state does not send the suffix again: the replica would lose its contextCSN for a while, and with it, if it
# is killed meanwhile, all removals until then.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
start_replica push refreshAndPersist
copied "the first copy" 20
before=$(at_replica push -s base entryCSN | sed -n 's/^entryCSN: //p')
same "19700101000000.000001Z#000000#000#000000" "$before" "the CSN of the suffix"
stop_slapd
rm "$T"/feed*
q "UPDATE \"Users\" SET \"cn\" = 'Later' WHERE \"uid\" = 'bob'; DELETE FROM \"Users\" WHERE \"uid\" = 'gus'"
start_slapd "$T/slapd.conf"
replicated push '(uid=bob)' 'cn: Later'
copied "a provider without its state" 20
same "$before" "$(at_replica push -s base entryCSN | sed -n 's/^entryCSN: //p')" "the CSN of the suffix afterwards"
eventually 5 grep -q "be_modify uid=bob,$base" "$T/replica-push/log"
! grep "be_[a-z]* $base" "$T/replica-push/log" | grep -v be_add || fail "the replica changes its suffix"
