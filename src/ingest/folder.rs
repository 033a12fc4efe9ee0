//! A folder in which other systems put files: which are complete, and where they go afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::fs;
use tokio_util::sync::CancellationToken;

/// How often the folder is looked at. A file is complete when it is the same in two looks.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Where files go that were read.
pub const DONE: &str = "done";

/// Who takes the files of a folder.
pub trait Taker {
    /// The folder.
    fn dir(&self) -> &Path;

    /// Whether a file is one to be taken.
    fn is_ours(&self, path: &Path) -> bool;

    /// Takes a file that is complete, and moves it away.
    fn take_file(&self, path: PathBuf) -> impl Future<Output = std::io::Result<()>>;
}

/// Watches a folder until it is stopped: each file that is the taker's and no longer grows is given to it, by name. A
/// file that could not be taken is tried again once another look finds it unchanged.
pub async fn watch(taker: &impl Taker, stop: &CancellationToken) {
    let mut before = BTreeMap::new();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = looks.tick() => {}
        }
        let work = async {
            let now = look(taker).await?;
            let complete = unchanged(&before, &now);
            before = now;
            for path in complete {
                before.remove(&path);
                // One that cannot be read keeps no other waiting.
                if let Err(error) = taker.take_file(path.clone()).await {
                    tracing::error!(file = %path.display(), %error, "a file cannot be taken: is it readable, and ours?");
                }
            }
            std::io::Result::Ok(())
        };
        let done = tokio::select! {
            () = stop.cancelled() => return,
            done = work => done,
        };
        if let Err(error) = done {
            let folder = taker.dir().display();
            tracing::error!(%folder, %error, "files cannot be read: is the folder there, and ours?");
        }
    }
}

type Seen = BTreeMap<PathBuf, (u64, SystemTime)>;

fn unchanged(before: &Seen, now: &Seen) -> BTreeSet<PathBuf> {
    let same = now.iter().filter(|(path, seen)| before.get(*path) == Some(*seen));
    same.map(|(path, _)| path.clone()).collect()
}

/// The files that are there, with what tells whether they still grow. What is no plain file, such as a link that leads
/// elsewhere, is left alone.
async fn look(taker: &impl Taker) -> std::io::Result<Seen> {
    let mut found = BTreeMap::new();
    let mut entries = fs::read_dir(taker.dir()).await?;
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        let about = entry.metadata().await?;
        if about.is_file() && taker.is_ours(&path) {
            found.insert(path, (about.len(), about.modified()?));
        }
    }
    Ok(found)
}

/// Moves a file into a folder; its new place. One of the same name that is there stays.
///
/// # Errors
/// The file or the folder cannot be written.
pub async fn set_aside(path: &Path, folder: &Path) -> std::io::Result<PathBuf> {
    fs::create_dir_all(folder).await?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let place = free_name(folder, &name).await;
    fs::rename(path, &place).await?;
    Ok(place)
}

/// The name in the folder, with a number when a file of the same name was there before.
async fn free_name(folder: &Path, name: &str) -> PathBuf {
    let mut path = folder.join(name);
    let mut count = 1_u32;
    while fs::try_exists(&path).await.unwrap_or(false) {
        count += 1;
        path = folder.join(format!("{name}.{count}"));
    }
    path
}

/// A file that is written beside its place and renamed when it is whole: whoever looks meanwhile sees nothing of it.
pub struct Part {
    file: fs::File,
    part: PathBuf,
    place: PathBuf,
    /// How long it is.
    pub bytes: u64,
}

impl Part {
    /// Begins the file that will stand at `place`.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub async fn begin(place: &Path) -> std::io::Result<Self> {
        let folder = place.parent().ok_or_else(|| std::io::Error::other("the file has no folder"))?;
        fs::create_dir_all(folder).await?;
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        // Two who write the same name at the same time do not write into each other's part.
        let part = folder.join(format!(".{name}.{:016x}.part", rand::random::<u64>()));
        let file = fs::File::create_new(&part).await?;
        Ok(Self { file, part, place: place.to_owned(), bytes: 0 })
    }

    /// Adds to it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn add(&mut self, content: &[u8]) -> std::io::Result<()> {
        use tokio::io::AsyncWriteExt;
        self.file.write_all(content).await?;
        self.bytes += u64::try_from(content.len()).unwrap_or(0);
        Ok(())
    }

    /// Gives it its name, in place of what had it; its length.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn finish(mut self) -> std::io::Result<u64> {
        self.sync().await?;
        fs::rename(&self.part, &self.place).await?;
        Ok(self.bytes)
    }

    /// Gives it its name when no file has it; its length, or nothing: the file of this name stays, and this one is
    /// forgotten.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn finish_new(mut self) -> std::io::Result<Option<u64>> {
        self.sync().await?;
        let linked = fs::hard_link(&self.part, &self.place).await;
        fs::remove_file(&self.part).await?;
        match linked {
            Ok(()) => Ok(Some(self.bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn sync(&mut self) -> std::io::Result<()> {
        use tokio::io::AsyncWriteExt;
        self.file.flush().await?;
        self.file.sync_all().await
    }

    /// Forgets it.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub async fn give_up(self) -> std::io::Result<()> {
        fs::remove_file(&self.part).await
    }
}

/// Writes a file at once: see [`Part`].
///
/// # Errors
/// The folder cannot be written.
pub async fn write_whole(place: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut part = Part::begin(place).await?;
    part.add(content).await?;
    part.finish().await.map(drop)
}
