// Copies what was typed in a terminal, and nothing that was printed: a command by a click on it, and
// where there is only one, by a button as well. Never several at once, for between two of them there
// is often something to do in another terminal.
(() => {
    'use strict';
    if (!navigator.clipboard) {
        return;
    }
    const copyOnClick = (element, command, label) => {
        element.setAttribute('aria-label', label);
        element.addEventListener('click', async () => {
            await navigator.clipboard.writeText(command.textContent + '\n');
            element.classList.add('copied');
            setTimeout(() => element.classList.remove('copied'), 2000);
        });
    };
    for (const terminal of document.querySelectorAll('.terminal')) {
        const caption = terminal.querySelector('figcaption');
        const commands = [...terminal.querySelectorAll('kbd')];
        for (const command of commands) {
            command.tabIndex = 0;
            command.setAttribute('role', 'button');
            copyOnClick(command, command, `Copy the command ${command.textContent}`);
            command.addEventListener('keydown', (event) => {
                if (event.key === 'Enter' || event.key === ' ') {
                    event.preventDefault();
                    command.click();
                }
            });
        }
        if (commands.length === 1) {
            const button = document.createElement('button');
            button.type = 'button';
            button.className = 'copy';
            copyOnClick(button, commands[0], `Copy the command of the terminal ${caption.textContent}`);
            caption.append(button);
        }
    }
})();
