// Gives each terminal a button that copies what was typed in it, and nothing that was printed.
(() => {
    'use strict';
    for (const terminal of document.querySelectorAll('.terminal')) {
        const typed = [...terminal.querySelectorAll('kbd')].map((line) => line.textContent);
        if (typed.length === 0 || !navigator.clipboard) {
            continue;
        }
        const caption = terminal.querySelector('figcaption');
        const name = caption.textContent;
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'copy';
        button.textContent = 'copy';
        button.setAttribute('aria-label', `Copy the commands of the terminal ${name}`);
        button.addEventListener('click', async () => {
            await navigator.clipboard.writeText(typed.join('\n') + '\n');
            button.textContent = 'copied';
            button.addEventListener('blur', () => { button.textContent = 'copy'; }, { once: true });
        });
        caption.append(button);
    }
})();
