# The recipes of the book. `./just` alone lists them.

root := justfile_directory()
xtask := './xtask/run xtask'

# List the recipes
[private]
default:
    @"{{ just_executable() }}" --justfile "{{ justfile() }}" --list --unsorted

# Run step N, such as `just step 1`; what follows goes to its program: `just step 1 start`
[group('run')]
[no-cd]
[no-exit-message]
[positional-arguments]
@step n *args:
    "{{ root }}/xtask/run-step" "$@"

# Run an example by its name, such as `just example print_numbers`
[group('run')]
[no-cd]
[no-exit-message]
@example name *args:
    cargo run --quiet --manifest-path "{{ root }}/Cargo.toml" --package examples --bin {{ name }} -- {{ args }}

# Serve the book at 127.0.0.1:3000 and follow changes; `just book build` writes it to target/book
[group('read')]
[no-exit-message]
@book what='serve' *args:
    {{ xtask }} {{ what }} {{ args }}

# What a change to step N should pass first, in seconds: format, lints, its tests and its chapter
[group('prove')]
[no-exit-message]
@try n:
    ./xtask/try {{ n }}

# Run every test, or those that have a text in their name: `just test handshake`
[group('prove')]
test *args:
    ./xtask/test {{ args }}

# Check format, lints, documentation, versions and the book
[group('prove')]
check: && check-book
    cargo fmt --all --check
    cargo fmt --manifest-path fuzz/Cargo.toml --check
    cargo clippy --quiet --workspace --all-targets -- --deny warnings
    RUSTDOCFLAGS='--deny warnings' cargo doc --quiet --workspace --no-deps --document-private-items
    {{ xtask }} versions

# Find what in the book is not so; `--mutate` damages a copy to see that all damage is found
[group('prove')]
[no-exit-message]
@check-book *args:
    {{ xtask }} check {{ args }}

# Run the sessions again, and take what they show now as what the book shows: outputs, and the picture of the page
[group('prove')]
accept *filter:
    INSTA_UPDATE=always cargo test --quiet --package book-tests --test sessions --test gateway -- {{ filter }}

# Measure what the book quotes, and write results and charts: `just bench connections`
[group('prove')]
[no-exit-message]
@bench what *args:
    cargo run --quiet --release --package bench -- {{ what }} {{ args }}

# Feed the hub what nobody would think of: `just fuzz`, or `just fuzz log 600` for ten minutes
[group('prove')]
[no-exit-message]
@fuzz *args:
    ./xtask/fuzz {{ args }}

# Install what the tests need beyond cargo, on Debian and Ubuntu
[group('prove')]
setup:
    ./xtask/setup install
