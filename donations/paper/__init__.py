"""What is printed: the frozen text of a paper, its wording, its words, its QR code, and the PDF that is made of them."""
