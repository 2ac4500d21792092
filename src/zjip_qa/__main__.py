"""`python -m zjip_qa`, for where the command `zjip-qa` isn't on the path."""

from zjip_qa.interfaces.cli import main

if __name__ == "__main__":
    main()
