# The recipes of the book. `./just` alone lists them.

root := justfile_directory()
cargo := "cargo"

# List the recipes
[private]
default:
    @{{ just_executable() }} --justfile "{{ justfile() }}" --list --unsorted

# Run step N, such as `just step 1`; more words go to its program: `just step 1 start`
[group('read and run')]
[no-cd]
[no-exit-message]
[positional-arguments]
@step n *args:
    "{{ root }}/workbook/run-step" "$@"

# Run an example of step 2 and up by its name, such as `just example print_numbers`
[group('read and run')]
[no-cd]
[no-exit-message]
@example name *args:
    cargo run --quiet --manifest-path "{{ root }}/Cargo.toml" --example {{ name }} -- {{ args }}
