# plots.gp: turns what report wrote into ratios-SIZE.svg, latency-SIZE.svg and cpu-SIZE.svg.
#   gnuplot -e "data='…'; out='DIRECTORY'; size='10k'; first='mdb'" plots.gp
set terminal svg size 1200,420 font 'sans,12' background rgb 'white'
set style fill solid 0.85 border -1
set boxwidth 0.85
set key outside top right
set grid ytics
set yrange [0:*]

set output out.'/ratios-'.size.'.svg'
set title size." users: operations a second, ratio to ".first." (median over the rounds; bars from the least to the most)"
set xtics rotate by 35 right
set style data histograms
set style histogram errorbars gap 1.5 linewidth 1
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead dashtype 2 linecolor rgb '#b03030' linewidth 2
columns = int(system("head -n 1 '".data.".ratios' | awk -F '\t' '{ print NF }'"))
set datafile separator tab
plot for [i = 2:columns:3] data.'.ratios' using i:i+1:i+2:xticlabels(1) title columnheader(i)

set output out.'/latency-'.size.'.svg'
unset arrow 1
set title size." users: 99th percentile of the time of an operation, ms (median over the rounds)"
set style histogram clustered gap 1.5
set logscale y
set yrange [*:*]
columns = int(system("head -n 1 '".data.".latency' | awk -F '\t' '{ print NF }'"))
plot for [i = 2:columns] data.'.latency' using i:xticlabels(1) title columnheader(i)

set output out.'/cpu-'.size.'.svg'
unset logscale y
set yrange [0:*]
set title size." users: CPU time of one operation, µs"
set style histogram rowstacked
plot data.'.cpu' using 2:xticlabels(1) title 'slapd' linecolor rgb '#4c78a8', \
     '' using 3 title 'PostgreSQL' linecolor rgb '#72b7b2'
