//! Short digests, by which a change is noticed.

use crate::files::files;
use anyhow::ensure;
use sha2::{Digest, Sha256};
use std::{fmt::Write, fs, path::Path};

/// The first bytes of a SHA-256, in hexadecimal digits: enough for what nobody means to forge.
pub fn of(bytes: impl AsRef<[u8]>) -> String {
    Sha256::digest(bytes).iter().take(8).fold(String::new(), |mut digest, byte| {
        let _ = write!(digest, "{byte:02x}"); // a String takes all that is written
        digest
    })
}

/// A digest of the names and contents of all files in a folder and in those below it.
pub fn of_folder(folder: &Path) -> anyhow::Result<String> {
    let mut all = Vec::new();
    for file in files(folder)? {
        all.extend(file.strip_prefix(folder)?.as_os_str().as_encoded_bytes());
        // No name has a zero in it, so that names and contents cannot be taken for each other.
        all.push(0);
        all.extend(of(fs::read(&file)?).bytes());
    }
    ensure!(!all.is_empty(), "there are no files in it");
    Ok(of(all))
}

#[cfg(test)]
mod tests {
    use super::of_folder;
    use std::{fs, path::Path};

    fn digest(change: impl FnOnce(&Path)) -> String {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("parts")).unwrap();
        fs::write(folder.path().join("a.html"), "one").unwrap();
        fs::write(folder.path().join("parts/b.js"), "two").unwrap();
        change(folder.path());
        of_folder(folder.path()).unwrap()
    }

    #[test]
    fn a_folder_has_another_digest_when_anything_in_it_is_other() {
        let changes: [fn(&Path); 6] = [
            |_| {},
            |folder| fs::write(folder.join("a.html"), "onf").unwrap(),
            |folder| fs::write(folder.join("parts/b.js"), "").unwrap(),
            |folder| fs::write(folder.join("c"), "").unwrap(),
            |folder| fs::rename(folder.join("a.html"), folder.join("b.html")).unwrap(),
            |folder| fs::rename(folder.join("parts/b.js"), folder.join("b.js")).unwrap(),
        ];
        let mut digests: Vec<_> = changes.iter().map(digest).collect();
        assert_eq!(digests[0], digest(|_| {}));
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), changes.len());
    }

    #[test]
    fn a_folder_without_files_has_no_digest() {
        let folder = tempfile::tempdir().unwrap();
        assert!(of_folder(folder.path()).is_err());
        assert!(of_folder(&folder.path().join("gone")).is_err());
    }
}
