/** Queries written by hand, each for a corner of the language. Those that Prometheus refuses have to be refused too. */
export const CORPUS: readonly string[] = String.raw`
requests_total
requests_total{code=~"4.."}
requests_total{code!~"2..|500"}
requests_total{code=""}
requests_total{nothere=""}
requests_total{nothere=~".*"}
requests_total{instance=~"a.*|b:80", job!="web"}
{__name__=~"requests_.*|memory_bytes", job="api"}
{__name__="same"}
{job=~".+"}
temperature{room="höhle \"1\""}
temperature{room='a\\b'}
temperature{room=~"(?i)KITCHEN|B.TH"}
temperature{room=~"^kit"}
temperature{room=~"[a-k]+.{0,3}"}
nothing_here
one_sample
one_sample offset 5m
one_sample offset -5m
memory_bytes offset 10m
memory_bytes offset -10m
memory_bytes @ 1700001000
memory_bytes @ 1700001000.123 offset 1m
memory_bytes offset 1m @ 1700001000
memory_bytes @ start()
memory_bytes @ end()
rate(requests_total[5m] @ end())
rate(requests_total[5m] @ start() offset 3m)
sum(rate(requests_total[5m] @ 1700003000)) / sum(rate(requests_total[5m]))
predict_linear(memory_bytes[10m] @ 1700003000, 600)
timestamp(memory_bytes @ 1700001007)
timestamp(memory_bytes @ 1700001007 offset 10m)
timestamp(memory_bytes offset 1m)
timestamp(timestamp(memory_bytes))
timestamp((sparse))
timestamp(sparse * 1)
hour(memory_bytes @ start())
max_over_time(memory_bytes[30m:1m] @ end())
max_over_time(memory_bytes[30m:1m] @ 1700003000 offset 5m)
max_over_time((memory_bytes @ 1700003000)[10m:1m])
sum_over_time((requests_total @ end() - requests_total)[10m:3m])
rate(requests_total[1m])
rate(requests_total[5m])
rate(requests_total[1h])
rate(requests_total[10s])
rate(requests_total[30s])
increase(requests_total[5m])
increase(requests_total[10m:30s])
delta(temperature[10m])
delta(edge[5m])
idelta(temperature[5m])
irate(requests_total[5m])
irate(edge[5m])
deriv(temperature[10m])
deriv(edge[10m])
predict_linear(temperature[10m], 3600)
predict_linear(edge[10m], -60)
predict_linear(temperature[10m] offset 5m, 60)
holt_winters(temperature[10m], 0.3, 0.6)
holt_winters(edge[10m], 0.5, 0.5)
holt_winters(temperature[10m], 0, 0.6)
holt_winters(temperature[10m], 0.5, 1)
resets(requests_total[1h])
changes(edge[10m])
changes(requests_total[10m])
avg_over_time(edge[10m])
sum_over_time(edge[10m])
min_over_time(edge[10m])
max_over_time(edge[10m])
count_over_time(edge[10m])
last_over_time(edge[10m])
last_over_time(sparse[10m])
present_over_time(sparse[3m])
stddev_over_time(edge[10m])
stdvar_over_time(temperature[10m])
quantile_over_time(0.9, edge[10m])
quantile_over_time(-1, edge[10m])
quantile_over_time(2, edge[10m])
quantile_over_time(NaN, edge[10m])
quantile_over_time(scalar(memory_bytes{instance="a:80"}) / 2e8, temperature[10m])
absent_over_time(nothing_here[5m])
absent_over_time(nothing_here{a="b",c=~"d",e="f",e="g"}[5m])
absent_over_time(one_sample[5m])
absent_over_time(sparse[1m])
absent_over_time(nothing_here[10m:1m])
absent(nothing_here)
absent(nothing_here{a="1", b=~"2", c!="3"})
absent((nothing_here{a="1"}))
absent(sum(nothing_here{a="1"}))
absent(one_sample)
absent(memory_bytes)
histogram_quantile(0.9, latency_seconds_bucket)
histogram_quantile(0.5, rate(latency_seconds_bucket[5m]))
histogram_quantile(0.99, sum by (le) (rate(latency_seconds_bucket[5m])))
histogram_quantile(0, latency_seconds_bucket)
histogram_quantile(1, latency_seconds_bucket)
histogram_quantile(1.1, latency_seconds_bucket)
histogram_quantile(-0.1, latency_seconds_bucket)
histogram_quantile(NaN, latency_seconds_bucket)
histogram_quantile(0.5, odd_bucket)
histogram_quantile(0.1, odd_bucket)
histogram_quantile(0.9, {__name__=~"odd_bucket|latency_seconds_bucket"})
histogram_quantile(scalar(sum(same)) / 1000, latency_seconds_bucket)
histogram_count(latency_seconds_bucket)
histogram_sum(latency_seconds_bucket)
histogram_fraction(0, 1, latency_seconds_bucket)
sum(requests_total)
sum by (job) (requests_total)
sum without (code) (requests_total)
sum by () (requests_total)
sum without () (requests_total)
sum by (nothere) (requests_total)
sum by (__name__) ({job="api"})
sum by (job, code) (rate(requests_total[5m]))
sum(rate(requests_total[5m])) by (job)
avg(edge)
avg by (kind) (edge)
max(edge)
min(edge)
count(edge)
group(edge)
group by (job) (requests_total)
stddev(edge)
stdvar by (job) (requests_total)
quantile(0.9, edge)
quantile(0.3, requests_total)
quantile by (code) (0.5, requests_total)
quantile(-1, requests_total)
quantile(3, requests_total)
topk(3, requests_total)
bottomk(3, requests_total)
topk(1, edge)
bottomk(1, edge)
topk by (job) (2, requests_total)
topk without (code) (1, requests_total)
topk(0, requests_total)
topk(-3, requests_total)
topk(100, requests_total)
topk(NaN, requests_total)
topk(1e30, requests_total)
topk(Inf, requests_total)
topk(scalar(count(edge)) / 4, requests_total)
topk(scalar(count(sparse)), memory_bytes @ end())
count_values("value", instance_info)
count_values("value", edge)
count_values by (job) ("v", limit_bytes)
count_values without (instance) ("v", limit_bytes)
count_values without (v) ("v", limit_bytes)
count_values("version", instance_info)
count_values("not a label", instance_info)
memory_bytes / limit_bytes
memory_bytes / on(instance) limit_bytes
memory_bytes / ignoring(job) limit_bytes
memory_bytes / on(job) limit_bytes
memory_bytes * on(instance) group_left(version) instance_info
instance_info * on(instance) group_right memory_bytes
requests_total / ignoring(code) group_left sum without (code) (requests_total)
requests_total * on(job) group_left instance_info
requests_total * on(instance, job) group_left(version) instance_info
instance_info * on(instance, job) group_right(version) requests_total
requests_total * on(instance) group_left(nothere) instance_info{job="api"}
requests_total * on(instance) requests_total
memory_bytes + requests_total
requests_total{code="200"} - ignoring(code) requests_total{code="404"}
requests_total{code="200"} > ignoring(code) requests_total{code="404"}
requests_total > bool ignoring(code) group_left sum without(code) (requests_total) / 3
memory_bytes > limit_bytes
memory_bytes < limit_bytes
memory_bytes == memory_bytes
memory_bytes != bool memory_bytes
memory_bytes atan2 limit_bytes
edge % 7
edge ^ 2
2 ^ edge
edge ^ 0.5
1 ^ edge
edge % 0
edge / 0
edge atan2 3
-edge
+edge
-edge ^ 2
-2 ^ 2
2 ^ 3 ^ 2
2 ^ -1
-1 ^ 0.5
1 - -1
1 + 2 * 3 - 4 / 5 % 6
2 * 3 % 4
-memory_bytes offset 5m
1 + memory_bytes offset 5m * 2
100 > bool memory_bytes
100 < edge
edge < 100 > 5
edge == 42.5
edge != bool 42.5
1 == bool 1
NaN == bool NaN
Inf - Inf
1 / 0
-1 / 0
0 / 0
0x1F
017
1e3
1.5e-7
1e21
-0
1 / -0
123456789012345680000000
temperature and temperature{room="bath"}
temperature unless temperature{room=~"b.*"}
temperature or memory_bytes
temperature{room="attic"} or temperature
requests_total and on(job) memory_bytes
requests_total unless on(instance) memory_bytes{instance="a:80"}
requests_total or on(job) memory_bytes
(temperature > 20) or (temperature <= 20) * 2
same or also
same and ignoring(name) also
nothing_here or vector(1)
nothing_here and temperature
temperature unless nothing_here
{__name__=~"same|also"} * 2
abs({__name__=~"same|also"})
rate({__name__=~"same|also"}[5m])
-{__name__=~"same|also"}
last_over_time({__name__=~"same|also"}[5m])
sum_over_time({__name__=~"same|also"}[5m])
label_replace(same, "name", "y", "", "") or label_replace(also, "__name__", "same", "", "")
label_replace({__name__=~"same|also"}, "__name__", "one", "", "")
label_replace(requests_total, "host", "$1", "instance", "(.*):.*")
label_replace(requests_total, "host", "@BRACED@-$2-$$", "instance", "(.*):(.*)")
label_replace(requests_total, "host", "$h", "instance", "(?P<h>.*):.*")
label_replace(requests_total, "host", "$1x", "instance", "(.*):.*")
label_replace(requests_total, "host", "no", "instance", "nomatch")
label_replace(requests_total, "code", "", "code", ".*")
label_replace(requests_total, "job", "all", "job", ".*")
label_replace(requests_total, "host", "x", "instance", "(")
label_replace(requests_total, "not a label", "x", "instance", ".*")
label_replace(requests_total, "x", "$1", "nothere", "(.*)")
label_join(requests_total, "joined", "-", "job", "instance", "nothere")
label_join(requests_total, "joined", "-")
label_join(requests_total, "code", "", "nothere")
label_join(requests_total, "bad label", "-", "job")
label_join(requests_total, "x", "-", "bad label")
clamp(edge, -10, 50)
clamp(edge, 50, -10)
clamp(edge, NaN, 5)
clamp_max(edge, 10)
clamp_min(edge, 10)
clamp_max(edge, NaN)
clamp_min(edge, -Inf)
clamp_min(edge, Inf)
round(edge)
round(temperature, 0.1)
round(edge, 5)
round(edge, 0)
ceil(edge)
floor(edge)
abs(edge)
exp(edge / 100)
ln(edge)
log2(edge)
log10(edge)
sqrt(edge)
sgn(edge)
sin(edge)
cos(temperature)
tan(temperature)
asin(edge / 100)
acos(edge / 100)
atan(edge)
sinh(temperature)
cosh(temperature)
tanh(edge)
asinh(edge)
acosh(edge)
atanh(edge / 1000)
deg(edge)
rad(edge)
pi()
time()
time() - 5
vector(time())
vector(1)
scalar(memory_bytes)
scalar(memory_bytes{instance="a:80"})
scalar(nothing_here)
scalar(one_sample)
day_of_month()
day_of_week()
day_of_year()
days_in_month()
hour()
minute()
month()
year()
day_of_month(epoch_seconds)
day_of_week(epoch_seconds)
day_of_year(epoch_seconds)
days_in_month(epoch_seconds)
hour(epoch_seconds)
minute(epoch_seconds)
month(epoch_seconds)
year(epoch_seconds)
year(edge)
day_of_week(edge)
minute(vector(NaN))
year(vector(Inf))
hour(vector(1e15))
days_in_month(vector(1582934400))
sort(temperature)
sort_desc(temperature)
sort(edge)
sort_desc(edge)
"a string"
'\u00e9\x41\101'
requests_total[2m]
edge[1m]
memory_bytes[1m] offset 3m
memory_bytes[1m] @ 1700001000
temperature[5m:1m]
temperature[5m:]
temperature[5m:1m] offset 2m
temperature[5m:1m] @ 1700001003
(temperature[1m])
vector(1)[5m:1m]
sum(requests_total)[5m:1m]
avg_over_time(rate(requests_total[5m])[30m:5m])
avg_over_time(rate(requests_total[5m])[30m:])
max_over_time(sum(rate(requests_total[1m]))[20m:1m] offset 10m)
sum_over_time(sum_over_time(temperature[5m:1m])[10m:2m])
sum_over_time(temperature[5m:7m])
sum_over_time(temperature[30s:7m])
quantile_over_time(0.5, (temperature > 20)[20m:30s])
count_over_time(one_sample[1h:1m])
rate(requests_total[5m:15s] offset -5m)
sum_over_time(vector(2)[10m:1m])
min_over_time(time()[5m:1m])
min_over_time(vector(time())[5m:17s])
sum(rate(requests_total[5m])) by (job) > 10 and on(job) memory_bytes
requests_total{
requests_total[5m
requests_total[5]
requests_total[5m] offset
requests_total offset 5
requests_total offset 0s
requests_total[0s]
requests_total[5m:0s]
requests_total[1m30s]
requests_total[1h0m]
requests_total[30s1m]
requests_total[-5m]
requests_total offset 5m offset 5m
requests_total @ 5 @ 6
requests_total @ inf
(requests_total) offset 5m
(requests_total)[5m]
requests_total[5m][5m:1m]
requests_total offset 5m [5m]
sum(requests_total) offset 5m
rate(requests_total)
rate(5)
rate(requests_total[5m], 3)
sum(requests_total[5m])
sum()
sum(requests_total, requests_total)
topk(requests_total)
topk("x", requests_total)
count_values(5, requests_total)
abs(5)
abs()
vector(requests_total)
scalar(5)
round(edge, 1, 2)
time(5)
unknown_function(requests_total)
sort_by_label(requests_total, "job")
limitk(1, requests_total)
mad_over_time(requests_total[5m])
1 == 1
1 and 2
requests_total and 1
1 + bool 2
"a" + "b"
"a" == "a"
-"a"
requests_total[5m] + 1
requests_total and on(job) group_left memory_bytes
requests_total + on(job) group_left(job) memory_bytes
1 + on(job) 2
requests_total + group_left memory_bytes
{}
{a=""}
{a=~".*"}
{a!="x"}
requests_total{__name__="x"}
requests_total{code="200"
requests_total{code=200}
requests_total{code=~"("}
requests_total{code=~"a**"}
requests_total{code=~"(?=x)"}
requests_total{code=~"\\p"}
requests_total{"code"="200"}
{"requests_total"}
1_000
5m
1 and
foo bar
foo # a comment
# only a comment
sum by (job (requests_total)
sum by (inf) (requests_total)
sum by (without) (requests_total)
requests_total{code="200",}
requests_total{,}
sum by (job,) (requests_total)
abs(edge,)
"unterminated
'\q'
2 >bool 1
SUM BY (job) (requests_total)
sum(requests_total) BY (job)
memory_bytes AND limit_bytes
memory_bytes Or limit_bytes
RATE(requests_total[5m])
atan2
bool
on
sum
inf
NaN
+Inf
- 1
--1
- - memory_bytes
1and 2
memory_bytes>1e8and memory_bytes<1e9
0x
08
0b1
.5
1e
`
  .replace('@BRACED@', '${1}')
  .split('\n')
  .filter((query) => query !== '');
