//! `curl -sN localhost:8088/news | ./just example gaps`
//!
//! Reads lines that begin with a number, one more each time: says each twentieth, and where some are
//! missing. Other lines it shows as they are.

fn main() -> std::io::Result<()> {
    let mut last = 0;
    for line in std::io::stdin().lines() {
        let line = line?;
        let number = line.split(' ').next().and_then(|word| word.parse::<u64>().ok());
        match number {
            Some(n) => {
                if n > last + 1 {
                    println!("a gap of {} messages", n - last - 1);
                }
                if n % 20 == 0 {
                    println!("{n}");
                }
                last = n;
            }
            None => println!("{line}"),
        }
    }
    Ok(())
}
