# plots.gp: turns what report wrote into ratios.svg and cpu.svg.  gnuplot -e "data='…'; out='DIRECTORY'; first='mdb'" plots.gp
set terminal svg size 900,420 font 'sans,12' background rgb 'white'
set style fill solid 0.85 border -1
set boxwidth 0.85
set key outside top right
set grid ytics
set yrange [0:*]

set output out.'/ratios.svg'
set title "Operations a second, ratio to ".first." (median over the rounds; bars from the least to the most)"
set style data histograms
set style histogram errorbars gap 1.5 linewidth 1
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead dashtype 2 linecolor rgb '#b03030' linewidth 2
columns = int(system("head -n 1 '".data.".ratios' | awk -F '\t' '{ print NF }'"))
set datafile separator tab
plot for [i = 2:columns:3] data.'.ratios' using i:i+1:i+2:xticlabels(1) title columnheader(i)

set output out.'/cpu.svg'
unset arrow 1
set title "CPU time of one operation, µs"
set style histogram rowstacked
set xtics rotate by 35 right
plot data.'.cpu' using 2:xticlabels(1) title 'slapd' linecolor rgb '#4c78a8', \
     '' using 3 title 'PostgreSQL' linecolor rgb '#72b7b2'
