//! Runs simulations.

fn main() {
    let mut args = std::env::args().skip(1);
    let first: u64 = args.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let count: u64 = args.next().and_then(|text| text.parse().ok()).unwrap_or(100);
    let begin = std::time::Instant::now();
    let mut entries = 0;
    if args.next().is_some_and(|text| text == "twins") {
        for seed in first..first + count {
            let broken = accountable_conformance::simulator::twins(seed);
            if !broken.is_empty() {
                println!("{seed}: {broken:?}");
            }
        }
        println!("{:?} a pair", begin.elapsed() / u32::try_from(count).unwrap());
        return;
    }
    for seed in first..first + count {
        let verdict = accountable_conformance::simulator::judged(
            &accountable_conformance::simulator::plan::Plan::drawn(seed),
        );
        entries += verdict.history.entries.len();
        if !verdict.breaches.is_empty() {
            println!("{seed}: {:?}", verdict.breaches);
        }
        if count == 1 {
            for entry in verdict.history.entries {
                println!("{:>16} {:?} {}", entry.at, entry.task, {
                    let t = format!("{:?}", entry.fact);
                    t.chars().take(300).collect::<String>()
                });
            }
        }
    }
    println!("{entries} entries, {:?} a seed", begin.elapsed() / u32::try_from(count).unwrap());
}
