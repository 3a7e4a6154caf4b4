"""For the tests of those who embed or extend the library. Needs pytest and hypothesis (`[test]`)."""
