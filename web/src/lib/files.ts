/** Offers a text as a file to keep. */
export function download(name: string, text: string, type = 'application/json'): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The text of a file that the person chooses; nothing when none is chosen. */
export function chooseFile(accept: string): Promise<{ name: string; text: string } | undefined> {
  return new Promise((done) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.oncancel = () => done(undefined);
    input.onchange = async () => {
      const file = input.files?.[0];
      done(file ? { name: file.name, text: await file.text() } : undefined);
    };
    input.click();
  });
}
