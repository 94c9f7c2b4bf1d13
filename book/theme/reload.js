// Only in a book that `just book` serves: loads the page again when the book has changed.
(() => {
    'use strict';
    const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
    const watch = async () => {
        for (;;) {
            try {
                const changed = await fetch('/changed', { cache: 'no-store' });
                if (changed.ok) {
                    location.reload();
                    return;
                }
            } catch {
                // The server is gone, or the page is being left.
            }
            await wait(1000);
        }
    };
    watch();
})();
