"""Held pictures in an H.264 stream, made without the encoder.

A picture that repeats the one before it is a P slice in which every macroblock is skipped: eleven bytes, which take a
microsecond, where encoding it takes milliseconds. What an encoder would say is the same; it only has to find out
first. Clauses are those of Rec. ITU-T H.264 (08/2021).

The stream must be of the plainest kind, as x264 writes it without B-frames, CABAC, weighted prediction and slices, and
with one reference: every picture is a reference for the next one and is shown in the order in which it is coded
(`pic_order_cnt_type` 2, which allows no two pictures in a row that are not references). The skipped pictures are
references too. They count in `frame_num`, so it is written anew in the encoder's pictures that follow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["HeldPictures", "StreamError"]

_START = b"\0\0\0\1"
_NON_IDR, _SPS, _PPS = 1, 7, 8
_P_SLICE = 5  # and every other slice of the picture is a P slice too
_REFERENCE = 2 << 5  # nal_ref_idc as x264 sets it in P slices
_NO_DEBLOCKING = 1
_BASELINE_TO_MAIN = (66, 77, 88)
_HEADER_BYTES = 16
"""More than a slice header takes up to `frame_num`."""


class StreamError(Exception):
    """The stream is not of the kind that held pictures can be written into."""


class _Reader:
    """Reads bits of an RBSP (clause 7.2), from the highest."""

    def __init__(self, rbsp: bytes) -> None:
        self._value = int.from_bytes(rbsp)
        self._bits = 8 * len(rbsp)
        self.position = 0

    def u(self, bits: int) -> int:
        """An unsigned integer of so many bits."""
        self.position += bits
        if self.position > self._bits:
            raise StreamError("an H.264 header is cut off")
        return self._value >> (self._bits - self.position) & ((1 << bits) - 1)

    def ue(self) -> int:
        """An unsigned Exp-Golomb code (clause 9.1)."""
        zeros = 0
        while not self.u(1):
            zeros += 1
        return (1 << zeros) - 1 + self.u(zeros)


class _Writer:
    """Writes bits of an RBSP, from the highest."""

    def __init__(self) -> None:
        self._value = 1  # keeps the zeros in front

    def u(self, bits: int, value: int) -> None:
        self._value = self._value << bits | value

    def ue(self, value: int) -> None:
        self.u(2 * (value + 1).bit_length() - 1, value + 1)

    def rbsp(self) -> bytes:
        """All bits, a stop bit and zeros up to the next byte (clause 7.3.2.11)."""
        self.u(1, 1)
        bits = self._value.bit_length() - 1
        self.u(-bits % 8, 0)
        length = (bits + 7) // 8
        return (self._value - (1 << 8 * length)).to_bytes(length)


def _escaped(rbsp: bytes) -> bytes:
    """With the bytes that keep start codes from appearing inside a NAL unit (clause 7.4.1)."""
    return re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", rbsp)


def _unescaped(payload: bytes) -> bytes:
    return payload.replace(b"\0\0\3", b"\0\0")


def _expect(found: int, expected: int, name: str) -> None:
    if found != expected:
        raise StreamError(f"{name} is {found} where held pictures need {expected}")


@dataclass(frozen=True)
class _Parameters:
    """What the SPS and the PPS say, as far as it matters to a slice."""

    frame_num_bits: int
    macroblocks: int
    deblocking_control: bool

    @classmethod
    def read(cls, extradata: bytes) -> _Parameters:
        units = {unit[0] & 31: _unescaped(unit[1:]) for unit in re.split(b"\0?\0\0\1", extradata) if unit}
        if not {_SPS, _PPS} <= units.keys():
            raise StreamError("the encoder names no parameters")
        return cls(*_sequence(units[_SPS]), _picture(units[_PPS]))


def _sequence(rbsp: bytes) -> tuple[int, int]:
    """Bits of `frame_num`, and macroblocks of a picture (clause 7.3.2.1.1)."""
    sps = _Reader(rbsp)
    profile = sps.u(8)
    if profile not in _BASELINE_TO_MAIN:
        raise StreamError(f"held pictures are written for the profiles up to Main, not for {profile}")
    sps.u(16)  # constraint flags, level
    _expect(sps.ue(), 0, "seq_parameter_set_id")
    frame_num_bits = sps.ue() + 4
    _expect(sps.ue(), 2, "pic_order_cnt_type")
    _expect(sps.ue(), 1, "max_num_ref_frames")
    _expect(sps.u(1), 0, "gaps_in_frame_num_value_allowed_flag")
    macroblocks = (sps.ue() + 1) * (sps.ue() + 1)
    _expect(sps.u(1), 1, "frame_mbs_only_flag")
    return frame_num_bits, macroblocks


def _picture(rbsp: bytes) -> bool:
    """Whether slices say how they are deblocked (clause 7.3.2.2)."""
    pps = _Reader(rbsp)
    _expect(pps.ue(), 0, "pic_parameter_set_id")
    _expect(pps.ue(), 0, "seq_parameter_set_id")
    _expect(pps.u(1), 0, "entropy_coding_mode_flag")
    _expect(pps.u(1), 0, "bottom_field_pic_order_in_frame_present_flag")
    _expect(pps.ue(), 0, "num_slice_groups_minus1")
    _expect(pps.ue(), 0, "num_ref_idx_l0_default_active_minus1")
    pps.ue()  # the same for B slices
    _expect(pps.u(1), 0, "weighted_pred_flag")
    pps.u(2)  # weighted_bipred_idc
    for _ in range(3):
        pps.ue()  # quantisers: signed, but as long as the unsigned code
    deblocking_control = bool(pps.u(1))
    pps.u(1)  # constrained_intra_pred_flag
    _expect(pps.u(1), 0, "redundant_pic_cnt_present_flag")
    return deblocking_control


class HeldPictures:
    """Counts the pictures of a stream, and writes those that repeat the one before.

    Args:
        extradata: SPS and PPS of the encoder, with start codes.

    Raises:
        StreamError: a stream of another kind than this module is for.
    """

    def __init__(self, extradata: bytes) -> None:
        self._parameters = _Parameters.read(extradata)
        self._frame_num = 0
        # They differ in frame_num alone, which takes few values.
        self._skips = [self._skip(number) for number in range(1 << self._parameters.frame_num_bits)]

    def coded(self, unit: bytes, *, idr: bool) -> bytes:
        """A picture by the encoder, in its place: with the number that it has among the held ones.

        Args:
            unit: the NAL units of the picture, with start codes.
            idr: whether the stream starts anew with this picture.

        Raises:
            StreamError: it is in several slices, or not a reference.
        """
        if idr:  # number 0, as it is
            self._frame_num = 0
            return unit
        self._count()
        start = unit.find(b"\1") + 1
        if unit[:start] not in {b"\0\0\1", _START} or unit.find(b"\0\0\1", start) >= 0:
            raise StreamError("a picture is in more than one slice")
        return unit[:start] + self._renumbered(unit[start:])

    def held(self) -> bytes:
        """The picture before it once more: a NAL unit with its start code."""
        self._count()
        return self._skips[self._frame_num]

    def _count(self) -> None:
        self._frame_num = (self._frame_num + 1) % (1 << self._parameters.frame_num_bits)

    def _renumbered(self, nal: bytes) -> bytes:
        """A slice with its `frame_num` replaced (clause 7.3.3)."""
        if nal[0] & 31 != _NON_IDR or not nal[0] >> 5:
            raise StreamError("a picture is no slice of a reference picture")
        header = _Reader(_unescaped(nal[1:_HEADER_BYTES]))
        _expect(header.ue(), 0, "first_mb_in_slice")
        _expect(header.ue(), _P_SLICE, "slice_type")
        _expect(header.ue(), 0, "pic_parameter_set_id")
        if header.u(self._parameters.frame_num_bits) == self._frame_num:
            return nal
        rbsp = _unescaped(nal[1:])
        length = -(-header.position // 8)
        head = int.from_bytes(rbsp[:length])
        low = 8 * length - header.position
        mask = (1 << self._parameters.frame_num_bits) - 1 << low
        head = head & ~mask | self._frame_num << low
        return nal[:1] + _escaped(head.to_bytes(length) + rbsp[length:])

    def _skip(self, frame_num: int) -> bytes:
        """A P slice that skips all macroblocks (clauses 7.3.3 and 7.3.4).

        Without a neighbour that moves, a skipped macroblock stands still (clause 8.4.1.1). Nothing is deblocked
        either: no edge has a coefficient or a motion on either side (clause 8.7.2.1).
        """
        bits = _Writer()
        bits.ue(0)  # first_mb_in_slice
        bits.ue(_P_SLICE)  # slice_type
        bits.ue(0)  # pic_parameter_set_id
        bits.u(self._parameters.frame_num_bits, frame_num)
        bits.u(1, 0)  # num_ref_idx_active_override_flag
        bits.u(1, 0)  # ref_pic_list_modification_flag_l0
        bits.u(1, 0)  # adaptive_ref_pic_marking_mode_flag
        bits.ue(0)  # slice_qp_delta
        if self._parameters.deblocking_control:
            bits.ue(_NO_DEBLOCKING)
        bits.ue(self._parameters.macroblocks)  # mb_skip_run
        return _START + bytes([_REFERENCE | _NON_IDR]) + _escaped(bits.rbsp())
