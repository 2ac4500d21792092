"""Open the chat: `python app.py`. The same as `zjip-qa serve --open`."""

from zjip_qa.interfaces.chat import launch
from zjip_qa.settings import Settings

if __name__ == "__main__":
    launch(Settings(), open_browser=True)
