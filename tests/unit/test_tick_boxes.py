"""Columns of marks: each stands for a language or a kind of service."""

from __future__ import annotations

import io

import pytest

import communityconnector as cc

NAMES = ("Laurel Help", "Elm Street Help")


def read(columns, *rows):
    lines = [f"{name},Boone,828-555-0100,{row}" for name, row in zip(NAMES, rows, strict=True)]
    return cc.read(io.StringIO("\n".join([f"Program,City,Phone,{columns}", *lines]) + "\n"))


def kinds(directory):
    return {s.name: [a.label for a in s.attributes] for s in directory.services.values()}


def spoken(directory):
    return {s.name: [language.name for language in s.languages] for s in directory.services.values()}


@pytest.mark.parametrize("yes", ["X", "x", "Yes", "TRUE", "1", "\u2713"])
def test_marks_name_what_holds(yes):
    directory = read("Diapers,Hot Meals,Spanish,Vietnamese", f"{yes},,{yes},", f",{yes},,{yes}")
    assert kinds(directory) == {"Laurel Help": ["Diapers"], "Elm Street Help": ["Hot Meals"]}
    assert spoken(directory) == {"Laurel Help": ["Spanish"], "Elm Street Help": ["Vietnamese"]}


def test_a_title_before_the_value_is_left_out_and_joined_words_are_parted():
    directory = read("Topic covered: Budgeting,foodBakery", "Yes,Yes", "No,No")
    assert kinds(directory)["Laurel Help"] == [
        "Budgeting",
        "food Bakery".capitalize().replace("bakery", "Bakery"),
    ]
    assert kinds(directory)["Elm Street Help"] == []


@pytest.mark.parametrize(
    "column",
    [
        "Referral required",
        "Accepts walk-ins",
        "Open to the public?",
        "ID needed",
        "Verified",
        "Do not publish",
        "Is active",
    ],
)
def test_what_asks_something_of_a_record_is_no_kind_of_service(column):
    directory = read(f"{column},Diapers,Hot Meals", "Yes,Yes,Yes", "No,No,Yes")
    assert all(column not in (label or "") for labels in kinds(directory).values() for label in labels)


def test_one_column_of_marks_alone_says_nothing():
    assert kinds(read("Blue", "X", "")) == {"Laurel Help": [], "Elm Street Help": []}


def test_cells_that_say_more_than_a_mark_are_no_boxes():
    assert kinds(read("Diapers,Meals", "X,X", "sizes 1-3,hot")) == {"Laurel Help": [], "Elm Street Help": []}


def test_boxes_are_found_by_what_they_stand_for():
    directory = read("Diapers,Hot Meals", "X,", ",X")
    assert next(iter(cc.Matcher(directory).match("diapers"))).service.name == "Laurel Help"
